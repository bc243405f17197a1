#ifndef WHISTLER_PASSES_LAUNDERPOINTERS_H
#define WHISTLER_PASSES_LAUNDERPOINTERS_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/IR/Instruction.h>

namespace whistler::passes {

/// A typed pointer; one that may be null for the verifier is good for nothing
/// but a test.
struct LaunderedPointer {
  llvm::Instruction *value;
  bool isNullable = false;
};

/// Gives every use of `pointers` as numbers a copy that the verifier takes as
/// one. `isTyped` says which joins are typed pointers themselves. True when it
/// changed something.
bool launderPointers(llvm::ArrayRef<LaunderedPointer> pointers,
                     llvm::function_ref<bool(llvm::Value *)> isTyped);

} // namespace whistler::passes

#endif
