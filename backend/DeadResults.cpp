// Makes functions that have no result return a number all the same: BPF's
// functions always return r0, and the verifier refuses one that leaves the
// address of its own frame there (`prepare_func_exit`: cannot return stack
// pointer to the caller), though nobody looks. LLVM makes such functions: it
// drops a result that no call uses, and r0 keeps what was computed in it last.
//
//   define internal void @f(…)          define internal void @f(…)
//     …                            →      …
//     ret void                            call void asm "r0 = 0", "~{r0}"()
//                                         ret void
//
// Runs after the pipeline, which drops results and inlines; nothing else takes
// the assembly out again.

#include "DeadResults.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Module.h>

using namespace llvm;

namespace whistler::backend {

void settleDeadResults(Module &module) {
  auto *type = FunctionType::get(Type::getVoidTy(module.getContext()), false);
  InlineAsm *zero = InlineAsm::get(type, "r0 = 0", "~{r0}",
                                   /*hasSideEffects=*/true);
  for (Function &function : module) {
    if (!function.hasLocalLinkage())
      continue;
    for (BasicBlock &block : function) {
      auto *end = dyn_cast<ReturnInst>(block.getTerminator());
      if (end == nullptr)
        continue;
      Value *value = end->getReturnValue();
      if (value == nullptr)
        IRBuilder<>(end).CreateCall(type, zero);
      else if (isa<UndefValue>(value))
        end->setOperand(0, Constant::getNullValue(value->getType()));
    }
  }
}

} // namespace whistler::backend
