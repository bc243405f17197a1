#ifndef WHISTLER_PASSES_CORETYPES_H
#define WHISTLER_PASSES_CORETYPES_H

#include "whistler/ir/Operations.h"

#include <llvm/IR/DebugInfoMetadata.h>

#include <map>
#include <optional>

namespace whistler::passes {

/// Debug types of the records that a module's fields are in, with only the
/// members used. First `add` every field, then ask.
class CoreTypes {
public:
  explicit CoreTypes(llvm::LLVMContext &context) : context_(context) {}

  void add(const ir::Field &field);
  void add(const ir::TypeIdentity &type);

  /// One step of a field's path as the CO-RE intrinsics name it.
  struct Access {
    llvm::DIType *record;
    unsigned index; ///< of the member in the trimmed record
    bool isUnion;
  };
  /// The steps of a field added before.
  std::vector<Access> accesses(const ir::Field &field);
  /// A type added before.
  llvm::DIType *typeOf(const ir::TypeIdentity &type);

private:
  /// In offset order, as the kernel demands of BTF; then by name.
  using MemberKey = std::pair<uint64_t, std::string>;
  struct Member {
    std::optional<ir::Field> leaf; ///< when a path ends here
    std::string inner;             ///< key of the record it is, else ""
  };
  struct Record {
    ir::FieldStep step; ///< name, kind and size
    std::map<MemberKey, Member> members;
    llvm::DIType *type = nullptr;
  };

  static MemberKey memberKey(const ir::FieldStep &step) {
    return {step.bitOffset, step.member};
  }
  std::string recordKey(const ir::FieldStep &step,
                        const std::string &around) const;
  static std::optional<ir::FieldStep> stepOf(const ir::TypeIdentity &type);
  llvm::DIType *shapedType(ir::TypeShape shape, llvm::StringRef name,
                           uint64_t bytes);
  llvm::DIType *typeOf(Record &record);
  llvm::DIType *memberType(const MemberKey &key, const Member &member);
  llvm::DIType *leafType(const ir::Field &field);
  llvm::DIType *elementType(const ir::Field &field);
  llvm::DIType *integerType(uint64_t bytes, bool isSigned);
  llvm::DIType *composite(unsigned tag, llvm::StringRef name, uint64_t bytes,
                          llvm::ArrayRef<llvm::Metadata *> elements);

  llvm::LLVMContext &context_;
  std::map<std::string, Record> records_;
};

} // namespace whistler::passes

#endif
