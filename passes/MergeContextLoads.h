#ifndef WHISTLER_PASSES_MERGECONTEXTLOADS_H
#define WHISTLER_PASSES_MERGECONTEXTLOADS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-merge-context-loads`: one load of each relocated context field.
struct MergeContextLoads : llvm::PassInfoMixin<MergeContextLoads> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace whistler::passes

#endif
