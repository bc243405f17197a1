#ifndef WHISTLER_PASSES_EARLYCONTEXTLOADS_H
#define WHISTLER_PASSES_EARLYCONTEXTLOADS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

struct EarlyContextLoads : llvm::PassInfoMixin<EarlyContextLoads> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace whistler::passes

#endif
