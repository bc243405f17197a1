#ifndef WHISTLER_PASSES_LAUNDERTRUSTED_H
#define WHISTLER_PASSES_LAUNDERTRUSTED_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-launder-trusted`: trusted pointers used as numbers, where no
/// direct load is made (-O0, naive).
struct LaunderTrusted : llvm::PassInfoMixin<LaunderTrusted> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace whistler::passes

#endif
