#ifndef WHISTLER_PASSES_SHARESLOTS_H
#define WHISTLER_PASSES_SHARESLOTS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-share-slots`: a key or value that is put on the stack twice for
/// two helpers is put there once.
struct ShareSlots : llvm::PassInfoMixin<ShareSlots> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace whistler::passes

#endif
