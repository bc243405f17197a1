// Loads a relocated field of the context once, where all its uses have it.
//
// The target turns such a load into an offset that the loader fills in, an
// addition and a load. When a field is loaded twice, LLVM's GVN and PRE share
// the offset between the two, the instruction selector can no longer fold it
// into the second load, and the verifier refuses what is left: "dereference of
// modified ctx ptr". The fields are those of pt_regs and of tracepoints, which
// do not change while a program runs.
//
//   a:  %x = call i32 @whistler.context.load.S.f(ptr %ctx)
//   b:  %y = call i32 @whistler.context.load.S.f(ptr %ctx)
// becomes one call at the end of the block that dominates a and b, or the first
// of both when one block has them.
//
// Must run before whistler-lower-core, which makes different fields look
// alike; nothing undoes it.

#include "MergeContextLoads.h"

#include "whistler/ir/Operations.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InstIterator.h>

using namespace llvm;

#define DEBUG_TYPE "whistler-merge-context-loads"

namespace whistler::passes {

namespace {

using Loads = SmallVector<CallInst *, 4>;

/// The loads of each field, in the order of the function.
MapVector<std::pair<Value *, Value *>, Loads> collect(Function &function) {
  MapVector<std::pair<Value *, Value *>, Loads> found;
  for (Instruction &inst : instructions(function))
    if (auto operation = ir::matchOperation(inst))
      if (operation->operation == ir::Operation::ContextLoad &&
          isa<Argument>(operation->base()))
        found[{operation->call->getCalledFunction(), operation->base()}]
            .push_back(operation->call);
  return found;
}

/// All loads become one, in the block that dominates them all: the first that
/// is there already, or one that moves to its end.
void merge(const Loads &loads, DominatorTree &dominators) {
  BasicBlock *block = loads.front()->getParent();
  for (CallInst *load : loads)
    block = dominators.findNearestCommonDominator(block, load->getParent());
  const auto *there = find_if(
      loads, [&](CallInst *load) { return load->getParent() == block; });
  CallInst *kept = there == loads.end() ? loads.front() : *there;
  if (kept->getParent() != block)
    kept->moveBefore(block->getTerminator());
  for (CallInst *load : loads) {
    if (load == kept)
      continue;
    load->replaceAllUsesWith(kept);
    load->eraseFromParent();
  }
}

} // namespace

PreservedAnalyses MergeContextLoads::run(Function &function,
                                         FunctionAnalysisManager &analyses) {
  auto &dominators = analyses.getResult<DominatorTreeAnalysis>(function);
  auto &remarks =
      analyses.getResult<OptimizationRemarkEmitterAnalysis>(function);
  bool changed = false;
  for (auto &[field, loads] : collect(function)) {
    erase_if(loads, [&](CallInst *load) {
      return !dominators.isReachableFromEntry(load->getParent());
    });
    if (loads.size() < 2)
      continue;
    remarks.emit([&] {
      return OptimizationRemark(DEBUG_TYPE, "ContextLoadsMerged", loads.front())
             << ore::NV("Loads", unsigned(loads.size()))
             << " loads of a context field became one";
    });
    merge(loads, dominators);
    changed = true;
  }
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
