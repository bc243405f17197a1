#ifndef WHISTLER_PASSES_FUSEKERNELREADS_H
#define WHISTLER_PASSES_FUSEKERNELREADS_H

#include "ReadWindows.h"

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-fuse-kernel-reads<window=N;baked>`: neighbouring reads of one
/// base become one read of at most N bytes into a stack buffer.
struct FuseKernelReads : llvm::PassInfoMixin<FuseKernelReads> {
  explicit FuseKernelReads(const WindowLimits &limits) : limits(limits) {}
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);

  WindowLimits limits;
};

} // namespace whistler::passes

#endif
