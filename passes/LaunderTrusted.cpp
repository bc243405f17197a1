// Trusted pointers are pointers to the verifier even where every read goes
// through the helper. Their uses as numbers get laundered copies there, too
// (LaunderPointers.cpp). Variables become values first, in functions that have
// such a pointer: otherwise the variable's memory would be one use as a number,
// and a helper that wants the pointer would get a number.

#include "LaunderTrusted.h"

#include "LaunderPointers.h"
#include "TypedPointers.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Scalar/SROA.h>

using namespace llvm;

namespace whistler::passes {

PreservedAnalyses LaunderTrusted::run(Function &function,
                                      FunctionAnalysisManager &analyses) {
  if (none_of(instructions(function), isTypedRoot))
    return PreservedAnalyses::all();
  analyses.invalidate(function,
                      SROAPass(SROAOptions::ModifyCFG).run(function, analyses));
  TypedPointers types(function, {});
  SmallVector<LaunderedPointer, 8> pointers;
  SmallPtrSet<Value *, 8> joins;
  for (Instruction &inst : instructions(function)) {
    bool isJoin = isa<PHINode, SelectInst>(inst) && types.typeOf(&inst);
    if (isJoin)
      joins.insert(&inst);
    if (isJoin || isTypedRoot(inst))
      pointers.push_back({&inst, types.typeOf(&inst)->isNullable});
  }
  launderPointers(pointers, [&](Value *join) { return joins.contains(join); });
  return PreservedAnalyses::none();
}

} // namespace whistler::passes
