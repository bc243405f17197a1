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
// ones take no load over a call that may write memory. Nor is a load taken out
// of an arm that a constant of the loader's chooses: a kernel whose context has
// no such word never sees it there, and counts it against the program elsewhere
// (max_ctx_offset in the kernel's verifier, compared when a raw tracepoint is
// attached).

#include "EarlyContextLoads.h"

#include "whistler/ir/Operations.h"

#include <llvm/Analysis/MemorySSA.h>
#include <llvm/IR/Dominators.h>
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

/// Whether a value is made of what the loader writes into the program: facts
/// about the kernel, symbols that may be absent, constant variables.
bool isDecidedAtLoad(const Value *value, unsigned depth = 8) {
  if (auto *global = dyn_cast<GlobalValue>(value)) {
    auto *variable = dyn_cast<GlobalVariable>(global);
    return global->hasExternalWeakLinkage() ||
           (variable && variable->isConstant());
  }
  auto *user = dyn_cast<User>(value);
  if (!user || depth == 0)
    return false;
  if (auto *call = dyn_cast<CallInst>(user)) {
    auto operation = ir::matchOperation(const_cast<CallInst &>(*call));
    return operation && operation->operation == ir::Operation::CoreFact;
  }
  return any_of(user->operands(), [&](const Use &operand) {
    return isDecidedAtLoad(operand.get(), depth - 1);
  });
}

/// Whether a branch on the way to `load` may be gone once it is loaded.
bool isBehindChoice(const CallInst &load, const DominatorTree &dominators) {
  const DomTreeNode *node = dominators.getNode(load.getParent());
  while (node && (node = node->getIDom())) {
    auto *branch = dyn_cast<BranchInst>(node->getBlock()->getTerminator());
    if (branch && branch->isConditional() &&
        isDecidedAtLoad(branch->getCondition()))
      return true;
  }
  return false;
}

} // namespace

PreservedAnalyses EarlyContextLoads::run(Function &function,
                                         FunctionAnalysisManager &analyses) {
  if (function.arg_size() != 1)
    return PreservedAnalyses::all();
  Loads loads = onlyLoads(*function.arg_begin());
  if (none_of(loads, [](CallInst *load) { return isBehindCall(*load); }))
    return PreservedAnalyses::all();
  auto &dominators = analyses.getResult<DominatorTreeAnalysis>(function);
  if (any_of(loads,
             [&](CallInst *load) { return isBehindChoice(*load, dominators); }))
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
