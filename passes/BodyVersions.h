#ifndef WHISTLER_PASSES_BODYVERSIONS_H
#define WHISTLER_PASSES_BODYVERSIONS_H

#include <llvm/IR/IRBuilder.h>
#include <llvm/Transforms/Utils/ValueMapper.h>

namespace whistler::passes {

/// Copies the function's body; `copies` takes what became what. What `guard`
/// gives, put before everything but the stack slots, decides whether the
/// original runs (true) or the copy. Both use the same stack slots.
void versionBody(
    llvm::Function &function, llvm::ValueToValueMapTy &copies,
    llvm::function_ref<llvm::Value *(llvm::IRBuilderBase &)> guard);

} // namespace whistler::passes

#endif
