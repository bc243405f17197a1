// Where a read that serves several is done: before the first of them, in the
// nearest block that dominates all. Nothing on the way from there to any of
// them writes kernel memory when they have the same last write before them
// (MemorySSA), because that write dominates the place too.
//
// A read costs a call, so on no path may there be one more than was written:
// every path from the place has to come to one of the reads. Out of a loop the
// same: stock LICM does not move reads there, because the loop's stores and
// calls may throw or not return for all that it knows; a kernel read never
// faults, so it may always come early.

#include "ReadPlace.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/Instructions.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// A null test rarely finds null: of a record that was reserved, a map entry,
/// a pointer in a kernel record. LLVM's own guess, 20 to 12, is for C++.
void expectPointer(BasicBlock &block, BranchProbabilityInfo &probabilities) {
  auto *branch = dyn_cast<BranchInst>(block.getTerminator());
  auto *test = branch && branch->isConditional()
                   ? dyn_cast<ICmpInst>(branch->getCondition())
                   : nullptr;
  if (!test || !test->isEquality() ||
      !isa<ConstantPointerNull>(test->getOperand(1)) ||
      branch->getMetadata(LLVMContext::MD_prof))
    return;
  BranchProbability likely(15, 16);
  bool isFirst = test->getPredicate() == ICmpInst::ICMP_NE;
  SmallVector<BranchProbability, 2> edges = {likely, likely.getCompl()};
  if (!isFirst)
    std::swap(edges[0], edges[1]);
  probabilities.setEdgeProbability(&block, edges);
}

} // namespace

ReadPlaces::ReadPlaces(Function &function, FunctionAnalysisManager &analyses)
    : tree_(analyses.getResult<DominatorTreeAnalysis>(function)),
      loops_(analyses.getResult<LoopAnalysis>(function)),
      probabilities_(function, loops_) {
  for (BasicBlock &block : function)
    expectPointer(block, probabilities_);
  frequencies_.calculate(function, probabilities_, loops_);
  entryFrequency_ = static_cast<double>(
      std::max<uint64_t>(frequencies_.getEntryFreq().getFrequency(), 1));
}

double ReadPlaces::frequency(const Instruction *inst) const {
  return static_cast<double>(
             frequencies_.getBlockFreq(inst->getParent()).getFrequency()) /
         entryFrequency_;
}

bool ReadPlaces::isAlwaysReached(const Instruction *from,
                                 ArrayRef<CallInst *> calls) const {
  SmallPtrSet<const BasicBlock *, 8> reading, seen;
  for (const CallInst *call : calls) {
    if (call->getParent() == from->getParent() &&
        (call == from || from->comesBefore(call)))
      return true;
    reading.insert(call->getParent());
  }
  SmallVector<const BasicBlock *, 16> open(successors(from->getParent()));
  if (open.empty())
    return false;
  while (!open.empty()) {
    const BasicBlock *block = open.pop_back_val();
    if (reading.contains(block) || !seen.insert(block).second)
      continue;
    if (succ_empty(block))
      return false;
    append_range(open, successors(block));
  }
  return true;
}

ReadPlace ReadPlaces::find(ArrayRef<CallInst *> calls, Value *base,
                           MemoryAccess *lastWrite) const {
  BasicBlock *block = calls.front()->getParent();
  for (CallInst *call : drop_begin(calls))
    block = tree_.findNearestCommonDominator(block, call->getParent());
  ReadPlace place;
  place.at = block->getTerminator();
  for (CallInst *call : calls)
    if (call->getParent() == block && call->comesBefore(place.at))
      place.at = call;
  while (Loop *loop = loops_.getLoopFor(place.at->getParent())) {
    BasicBlock *before = loop->getLoopPreheader();
    if (!before || !loop->isLoopInvariant(base) ||
        loop->contains(lastWrite->getBlock()) ||
        !isAlwaysReached(before->getTerminator(), calls))
      break;
    place.at = before->getTerminator();
  }
  place.frequency = frequency(place.at);
  place.always = isAlwaysReached(place.at, calls);
  return place;
}

} // namespace whistler::passes
