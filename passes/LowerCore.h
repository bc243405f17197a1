#ifndef WHISTLER_PASSES_LOWERCORE_H
#define WHISTLER_PASSES_LOWERCORE_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-lower-core<baked>`: addresses, facts and context accesses become
/// LLVM's CO-RE intrinsics, or the build host's numbers when baked.
struct LowerCore : llvm::PassInfoMixin<LowerCore> {
  explicit LowerCore(bool baked) : baked(baked) {}
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }

  bool baked;
};

} // namespace whistler::passes

#endif
