#ifndef WHISTLER_PASSES_LOWERKERNELREADS_H
#define WHISTLER_PASSES_LOWERKERNELREADS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-lower-kernel-reads`: kernel reads become calls of
/// bpf_probe_read_kernel into stack buffers; barriers go.
struct LowerKernelReads : llvm::PassInfoMixin<LowerKernelReads> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace whistler::passes

#endif
