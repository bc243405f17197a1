#ifndef WHISTLER_PASSES_READINPLACE_H
#define WHISTLER_PASSES_READINPLACE_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-read-in-place`: a read whose value only goes into a record or map
/// value is read straight into it.
struct ReadInPlace : llvm::PassInfoMixin<ReadInPlace> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace whistler::passes

#endif
