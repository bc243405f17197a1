#ifndef WHISTLER_PASSES_SINKREADS_H
#define WHISTLER_PASSES_SINKREADS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-sink-reads<least=N>`: a kernel read is done right before its value
/// is first used. Functions of fewer than N reads are left alone.
struct SinkReads : llvm::PassInfoMixin<SinkReads> {
  explicit SinkReads(unsigned least = 0) : least(least) {}
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);

  unsigned least;
};

} // namespace whistler::passes

#endif
