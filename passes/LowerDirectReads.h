#ifndef WHISTLER_PASSES_LOWERDIRECTREADS_H
#define WHISTLER_PASSES_LOWERDIRECTREADS_H

#include "TypedPointers.h"
#include "Versions.h"

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-lower-direct-reads<reads=…;baked>`: reads that need no helper
/// become loads. A version of a function brings rules of its own.
struct LowerDirectReads : llvm::PassInfoMixin<LowerDirectReads> {
  LowerDirectReads(PointerRules rules, bool baked)
      : rules(rules), baked(baked) {}
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }

  PointerRules rules;
  bool baked;
};

} // namespace whistler::passes

#endif
