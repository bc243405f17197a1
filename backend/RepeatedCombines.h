#ifndef WHISTLER_BACKEND_REPEATEDCOMBINES_H
#define WHISTLER_BACKEND_REPEATEDCOMBINES_H

#include <llvm/ADT/DenseSet.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/PassInstrumentation.h>

namespace whistler::backend {

/// Leaves out runs of instcombine over functions that nothing has changed since
/// the last one. Outlives the run of the passes.
class RepeatedCombines {
public:
  void registerWith(llvm::PassInstrumentationCallbacks &callbacks);

private:
  bool shouldRun(llvm::StringRef pass, const llvm::Any &unit) const;
  void noteRun(llvm::StringRef pass, const llvm::Any &unit,
               const llvm::PreservedAnalyses &preserved);

  llvm::DenseSet<const llvm::Function *> combined_;
};

} // namespace whistler::backend

#endif
