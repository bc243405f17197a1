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

/// An operation's name taken apart: which one it is by its prefix and suffix.
struct OperationName {
  Operation operation;
  std::optional<CoreFact> fact;
  unsigned bits = 0;    ///< of the iN in the name, where it has one
  llvm::StringRef path; ///< the field's, where it has one
};
std::optional<OperationName> parseOperationName(llvm::StringRef name);

} // namespace whistler::ir

#endif
