#ifndef WHISTLER_BACKEND_DISJOINTEFFECTS_H
#define WHISTLER_BACKEND_DISJOINTEFFECTS_H

#include <llvm/Analysis/AliasAnalysis.h>

namespace whistler::backend {

/// What one call may do to memory that another one looks at, by the kinds of
/// memory that each declares.
class DisjointEffects : public llvm::AAResultBase {
public:
  DisjointEffects() = default;
  using AAResultBase::getModRefInfo;
  llvm::ModRefInfo getModRefInfo(const llvm::CallBase *call,
                                 const llvm::CallBase *other,
                                 llvm::AAQueryInfo &query);
  bool invalidate(llvm::Function &, const llvm::PreservedAnalyses &,
                  llvm::FunctionAnalysisManager::Invalidator &) {
    return false;
  }
};

class DisjointEffectsAnalysis
    : public llvm::AnalysisInfoMixin<DisjointEffectsAnalysis> {
public:
  using Result = DisjointEffects;
  Result run(llvm::Function &, llvm::FunctionAnalysisManager &) {
    return Result();
  }

private:
  friend AnalysisInfoMixin;
  static llvm::AnalysisKey Key;
};

} // namespace whistler::backend

#endif
