// Values that are read long before they are used fill the stack: there are five
// registers that outlive a call, and each read is one. A hundred `let` bindings
// that are summed at the end would need 800 bytes of 512:
//
//   %a = call i64 @whistler.kernel.load…     %a = call i64
//   @whistler.kernel.load… %b = call i64 @whistler.kernel.load…     %b = call
//   i64 @whistler.kernel.load… %c = call i64 @whistler.kernel.load…  => %ab =
//   add i64 %a, %b %ab = add i64 %a, %b                     %c = call i64
//   @whistler.kernel.load… %abc = add i64 %ab, %c                   %abc = add
//   i64 %ab, %c
//
// A read moves down over what can't change kernel memory, no further than its
// block; LLVM's own sinking takes it to the only block that needs it. In
// functions of many reads this is done without optimization too, because such
// a program would not load; its variables become values first.
//
// Runs after gvn and before windows are chosen, which have their own place.

#include "SinkReads.h"

#include "whistler/ir/Operations.h"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Utils/Local.h>
#include <llvm/Transforms/Utils/PromoteMemToReg.h>

#define DEBUG_TYPE "whistler-sink-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

/// A read of kernel memory that gives a value.
bool isRead(Instruction &inst) {
  static constexpr ir::Operation kReads[] = {
      ir::Operation::KernelLoad, ir::Operation::KernelLoadAt,
      ir::Operation::KernelLoadVolatile, ir::Operation::KernelLoadVolatileAt};
  auto operation = ir::matchOperation(inst);
  return operation && is_contained(kReads, operation->operation);
}

/// A read that may be done later, or the conversion of one.
bool isMovable(Instruction &inst) {
  if (auto *conversion = dyn_cast<CastInst>(&inst)) {
    auto *value = dyn_cast<Instruction>(conversion->getOperand(0));
    return value && value->hasOneUse() && isMovable(*value);
  }
  auto operation = ir::matchOperation(inst);
  return operation && (operation->operation == ir::Operation::KernelLoad ||
                       operation->operation == ir::Operation::KernelLoadAt);
}

bool writesKernelMemory(const Instruction &inst) {
  auto *call = dyn_cast<CallBase>(&inst);
  return call && isModSet(call->getMemoryEffects().getModRef(
                     IRMemLocation::InaccessibleMem));
}

/// The first of its block that uses the value, or null.
Instruction *firstUse(Instruction &read) {
  Instruction *first = nullptr;
  for (User *user : read.users()) {
    auto *inst = cast<Instruction>(user);
    if (inst->getParent() == read.getParent() && !isa<PHINode>(inst) &&
        (!first || inst->comesBefore(first)))
      first = inst;
  }
  return first;
}

using InstructionSet = SmallPtrSet<const Instruction *, 32>;

bool sink(Instruction &read, InstructionSet &sunk) {
  Instruction *target = firstUse(read);
  if (!target)
    return false;
  Instruction *next = read.getNextNode();
  for (Instruction *inst = next; inst != target; inst = inst->getNextNode())
    if (!isa<CastInst>(read) && writesKernelMemory(*inst)) {
      target = inst;
      break;
    }
  // Those that wait for the same use stay in order.
  while (target != next && sunk.contains(target->getPrevNode()))
    target = target->getPrevNode();
  sunk.insert(&read);
  if (target == next)
    return false;
  read.moveBefore(target);
  return true;
}

bool promoteVariables(Function &function, DominatorTree &tree) {
  std::vector<AllocaInst *> variables;
  for (Instruction &inst : function.getEntryBlock())
    if (auto *slot = dyn_cast<AllocaInst>(&inst);
        slot && isAllocaPromotable(slot))
      variables.push_back(slot);
  if (variables.empty())
    return false;
  PromoteMemToReg(variables, tree);
  // Conversions that nobody wants would seem to be further uses of a read.
  SmallVector<WeakTrackingVH, 32> unused;
  for (Instruction &inst : instructions(function))
    if (isInstructionTriviallyDead(&inst))
      unused.push_back(&inst);
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(unused);
  return true;
}

} // namespace

PreservedAnalyses SinkReads::run(Function &function,
                                 FunctionAnalysisManager &analyses) {
  if (size_t(count_if(instructions(function), isRead)) < least)
    return PreservedAnalyses::all();
  bool changed = promoteVariables(
      function, analyses.getResult<DominatorTreeAnalysis>(function));
  std::vector<Instruction *> reads;
  for (Instruction &inst : instructions(function))
    if (isMovable(inst))
      reads.push_back(&inst);
  // The last first: a read that is the base of another waits for it to move.
  InstructionSet sunk;
  for (Instruction *read : reverse(reads))
    changed |= sink(*read, sunk);
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
