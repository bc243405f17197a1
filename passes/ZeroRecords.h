#ifndef WHISTLER_PASSES_ZERORECORDS_H
#define WHISTLER_PASSES_ZERORECORDS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-zero-records`: the zeroing of a record becomes a store for each
/// member and hole, without those that a kernel copy surely overwrites.
struct ZeroRecords : llvm::PassInfoMixin<ZeroRecords> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace whistler::passes

#endif
