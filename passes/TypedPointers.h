#ifndef WHISTLER_PASSES_TYPEDPOINTERS_H
#define WHISTLER_PASSES_TYPEDPOINTERS_H

#include "whistler/ir/Operations.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/MapVector.h>

namespace whistler::passes {

/// Which pointers the verifier lets a program load through.
struct PointerRules {
  bool currentTask = false; ///< bpf_get_current_task counts as its _btf form
  bool casts = false;       ///< bpf_rdonly_cast makes one of any address
  bool operator==(const PointerRules &) const = default;
};

enum class Trust { None, Rcu, Full };

/// A pointer whose record the verifier knows (PTR_TO_BTF_ID).
struct TypedPointer {
  std::string record;
  Trust trust = Trust::None;
  bool isNullable = false; ///< must be tested before a load
  bool operator==(const TypedPointer &) const = default;
};

/// A read or bulk copy of a field with the records around it looked through.
struct ReadSite {
  ir::OperationCall operation;
  llvm::Value *base = nullptr;
  ir::Field field;
  uint64_t offset = 0; ///< into an array that is the field
  uint64_t bytes = 0;
};

/// How a read site can be done without a helper.
struct DirectRead {
  enum class How { Refused, Typed, Cast } how = How::Refused;
  llvm::StringRef reason; ///< of a refusal
  bool isNullable = false;
};

/// The site of an operation that reads kernel memory by a field; nothing for
/// any other.
std::optional<ReadSite> readSite(const ir::OperationCall &operation);

/// The value behind casts between pointers and numbers.
llvm::Value *stripCasts(llvm::Value *value);

/// A pointer that is typed from the start: an argument in the context, or the
/// result of helper 158.
bool isTypedRoot(llvm::Instruction &inst);

/// What the verifier knows of pointers in one function as it stands.
class TypedPointers {
public:
  /// Joins in `assumed` are taken for what it says of them.
  TypedPointers(
      llvm::Function &function, PointerRules rules,
      llvm::ArrayRef<std::pair<llvm::Value *, TypedPointer>> assumed = {});

  /// The type of a pointer or number; nothing when it is a mere number.
  std::optional<TypedPointer> typeOf(llvm::Value *value);
  DirectRead plan(const ReadSite &site);

private:
  /// Undecided while joins that depend on each other are being solved.
  struct Knowledge {
    enum class State { Undecided, Typed, Number } state = State::Number;
    TypedPointer type;
    bool operator==(const Knowledge &) const = default;
  };
  void solveJoins(llvm::Function &function);
  Knowledge know(llvm::Value *value);
  Knowledge ofCall(llvm::CallInst &call);
  Knowledge ofCast(llvm::CallInst &call);
  Knowledge ofLoad(const ir::OperationCall &operation);
  Knowledge ofInputs(llvm::Instruction &join);
  static Knowledge typed(TypedPointer type) {
    return {Knowledge::State::Typed, std::move(type)};
  }

  PointerRules rules_;
  llvm::DenseMap<llvm::Value *, Knowledge> assumed_;
  llvm::MapVector<llvm::Value *, Knowledge> joins_;
  llvm::DenseMap<llvm::Value *, Knowledge> others_;
};

} // namespace whistler::passes

#endif
