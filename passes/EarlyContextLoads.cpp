// What is loaded from the context and kept costs no more than the context
// itself, and no move: the context comes in a register that the first call
// destroys.
//
//   r6 = r1                                r6 = *(u64 *)(r1 + 112)
//   call bpf_ringbuf_reserve               call bpf_ringbuf_reserve
//   …                               =>     …
//   r6 = *(u64 *)(r6 + 112)
//
// Only when the context is for nothing else than one or two loads, and nothing
// before them may write it. LLVM's sinking moves such a load to where its value
// is needed, so this runs after the passes of ours that sink; LLVM's later
// ones take no load over a call that may write memory.

#include "EarlyContextLoads.h"

#include "whistler/ir/Operations.h"

#include <llvm/Analysis/MemorySSA.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// As many registers as the values may take for the context's.
constexpr size_t kMostLoads = 2;

using Loads = SmallVector<CallInst *, kMostLoads>;

bool isContextLoad(CallInst &call) {
  auto operation = ir::matchOperation(call);
  if (!operation)
    return false;
  switch (operation->operation) {
  case ir::Operation::ContextLoad:
    return true;
  case ir::Operation::ContextLoadAt:
  case ir::Operation::ContextPointer:
    return isa<Constant>(call.getArgOperand(1));
  default:
    return false;
  }
}

/// All that is done with the context; empty when it is more than a few loads.
Loads onlyLoads(Argument &context) {
  Loads loads;
  for (User *user : context.users()) {
    auto *call = dyn_cast<CallInst>(user);
    if (!call || loads.size() == kMostLoads || !isContextLoad(*call))
      return {};
    loads.push_back(call);
  }
  return loads;
}

/// Whether registers for arguments are overwritten between the function's
/// beginning and `inst`.
bool isBehindCall(const Instruction &inst) {
  const BasicBlock &entry = inst.getFunction()->getEntryBlock();
  for (const Instruction &before : entry) {
    if (&before == &inst)
      return false;
    auto *call = dyn_cast<CallInst>(&before);
    if (call && !isa<IntrinsicInst>(call) && !call->isInlineAsm() &&
        !ir::matchOperation(const_cast<CallInst &>(*call)))
      return true;
  }
  return inst.getParent() != &entry;
}

} // namespace

PreservedAnalyses EarlyContextLoads::run(Function &function,
                                         FunctionAnalysisManager &analyses) {
  if (function.arg_size() != 1)
    return PreservedAnalyses::all();
  Loads loads = onlyLoads(*function.arg_begin());
  if (none_of(loads, [](CallInst *load) { return isBehindCall(*load); }))
    return PreservedAnalyses::all();
  MemorySSA &memory = analyses.getResult<MemorySSAAnalysis>(function).getMSSA();
  auto isFixed = [&](CallInst *load) {
    MemoryAccess *access = memory.getMemoryAccess(load);
    return !access || memory.isLiveOnEntryDef(
                          memory.getWalker()->getClobberingMemoryAccess(load));
  };
  if (!all_of(loads, isFixed))
    return PreservedAnalyses::all();
  BasicBlock &entry = function.getEntryBlock();
  for (CallInst *load : loads)
    load->moveBefore(entry, entry.getFirstNonPHIOrDbgOrAlloca());
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
