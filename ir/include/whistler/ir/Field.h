#ifndef WHISTLER_IR_FIELD_H
#define WHISTLER_IR_FIELD_H

#include <llvm/ADT/StringRef.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class MDNode;
} // namespace llvm

namespace whistler::ir {

/// What names a record in a CO-RE relocation.
enum class RecordKind { Struct, Union, Typedef };

/// One named member on the way from a record to a field. Members of anonymous
/// aggregates count as members of the record around them: libbpf finds them
/// by name whatever the nesting (bpf_core_match_member).
struct FieldStep {
  std::string record; ///< C name; "" for an anonymous record inside a path
  RecordKind recordKind = RecordKind::Struct;
  uint64_t recordBytes = 0;
  std::string member;
  uint64_t bitOffset = 0; ///< of the member in the record, on the build host
  bool operator==(const FieldStep &) const = default;
};

/// What a loader compares when it looks the member up in its kernel
/// (bpf_core_fields_are_compat): an integer never matches an enum.
enum class FieldShape { Integer, Enum, Float, Pointer, Record };

/// A field of kernel memory as the build host knows it: the identity that a
/// kernel-read operation's callee carries in `!whistler.field`.
struct Field {
  std::vector<FieldStep> steps; ///< never empty
  uint32_t bytes = 0;           ///< of the scalar, or of the whole aggregate
  bool isSigned = false;
  bool isPointer = false;
  bool isAggregate = false; ///< struct, union or array: addressed, not loaded
  uint32_t bitSize = 0;     ///< of a bitfield, else 0
  /// Of a scalar that is no pointer, or of an array's innermost element.
  FieldShape shape = FieldShape::Integer;
  uint32_t dimensions = 0; ///< of an array aggregate; 0: a struct or union
  std::string pointee;     ///< struct a pointer leads to, "" when unknown
  /// A load through a typed pointer to the first record reads it: the kernel
  /// resolves its offset to this member (btf_struct_walk). Of an aggregate:
  /// every offset within it is resolved into it.
  bool isDirect = false;
  /// Such a load gives a typed pointer to `pointee`.
  bool isTyped = false;

  /// Byte offset from the first record's start, on the build host. For a
  /// bitfield: of the byte its first bit is in.
  uint64_t byteOffset() const;
  uint64_t bitOffset() const;
  /// "task_struct.pid", "sock.__sk_common.skc_family": the symbol suffix.
  std::string path() const;
  bool operator==(const Field &) const = default;
  bool isBitfield() const { return bitSize != 0; }
};

/// Field to metadata and back. `fieldFromMetadata` gives nothing for a node
/// that is not a well-formed field (the verifier pass says what is wrong).
llvm::MDNode *fieldToMetadata(llvm::LLVMContext &context, const Field &field);
std::optional<Field> fieldFromMetadata(const llvm::MDNode *node,
                                       std::string *problem = nullptr);

/// This field of the record that is the aggregate field `outer`: the path of
/// both. Requires outer.isAggregate.
Field compose(const Field &outer, const Field &inner);

} // namespace whistler::ir

#endif
