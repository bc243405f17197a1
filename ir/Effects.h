#ifndef WHISTLER_IR_EFFECTS_H
#define WHISTLER_IR_EFFECTS_H

#include "whistler/ir/Operations.h"

#include <llvm/Support/ModRef.h>

namespace whistler::ir {

/// What an operation does to memory and how it may be moved: one table for the
/// builders that declare operations and the verifier that checks them.
struct OperationEffects {
  llvm::MemoryEffects memory = llvm::MemoryEffects::none();
  bool speculatable = false;
};

OperationEffects effectsOf(Operation operation);

/// "whistler.kernel.load." and so on.
llvm::StringRef prefixOf(Operation operation);

/// What tells two operations with one prefix apart, beside the name.
enum class IdentityKind { None, Field, Type, Enumerator, Pointer };

/// What facts of this kind are about.
IdentityKind identityOf(CoreFact fact);

/// An operation's name taken apart: which one it is by its prefix and suffix.
struct OperationName {
  Operation operation;
  std::optional<CoreFact> fact;
  unsigned bits = 0;    ///< of the iN in the name, where it has one
  llvm::StringRef path; ///< the identity's, where it has one
  IdentityKind identity = IdentityKind::None;
};
std::optional<OperationName> parseOperationName(llvm::StringRef name);

/// The metadata of an identity: `!whistler.field` and so on.
constexpr llvm::StringLiteral kFieldMetadata = "whistler.field",
                              kTypeMetadata = "whistler.type",
                              kEnumeratorMetadata = "whistler.enumerator";

llvm::MDNode *toMetadata(llvm::LLVMContext &context, const TypeIdentity &type);
llvm::MDNode *toMetadata(llvm::LLVMContext &context,
                         const EnumeratorIdentity &enumerator);
/// Nothing for a node that is not well formed.
std::optional<TypeIdentity> typeFromMetadata(const llvm::MDNode *node);
std::optional<EnumeratorIdentity>
enumeratorFromMetadata(const llvm::MDNode *node);
/// "task_struct.nullable", the end of a context pointer's name, and back.
std::string pathOf(const PointerIdentity &pointer);
PointerIdentity pointerFromPath(llvm::StringRef path);

} // namespace whistler::ir

#endif
