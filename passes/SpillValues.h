#ifndef WHISTLER_PASSES_SPILLVALUES_H
#define WHISTLER_PASSES_SPILLVALUES_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// In functions where more than `most` values are alive at once, keeps the
/// integers among them that live longest in a per-CPU array.
class SpillValues : public llvm::PassInfoMixin<SpillValues> {
public:
  explicit SpillValues(unsigned most) : most(most) {}
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }

private:
  unsigned most;
};

} // namespace whistler::passes

#endif
