// Two versions of a function's body behind one decision:
//
//   entry: slots, code       =>   entry: slots; br i1 %guard, body, body.other
//                                 body: code
//                                 body.other: a copy of code
//
// When the guard is a constant of the running kernel, the verifier removes the
// version not taken. One decision at the top instead of one at each place
// leaves the version's own code straight: values that come from either of two
// arms would have to meet in registers behind them.

#include "BodyVersions.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/Transforms/Utils/Cloning.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// What both versions begin with costs nothing before the guard, and what the
/// guard computes need not be kept over it.
bool isCommon(const Instruction &inst) {
  if (auto *call = dyn_cast<CallInst>(&inst))
    return call->arg_empty() && call->doesNotAccessMemory();
  return isa<CastInst, DbgInfoIntrinsic>(inst);
}

/// The block behind the stack slots and calls like that of the current task.
BasicBlock *splitBehindSlots(BasicBlock &entry) {
  SmallVector<AllocaInst *, 8> slots;
  for (Instruction &inst : entry)
    if (auto *slot = dyn_cast<AllocaInst>(&inst);
        slot && slot->isStaticAlloca())
      slots.push_back(slot);
  for (AllocaInst *slot : reverse(slots))
    slot->moveBefore(&*entry.begin());
  auto at = entry.begin();
  std::advance(at, slots.size());
  while (isCommon(*at))
    ++at;
  return entry.splitBasicBlock(at, "body");
}

/// LLVM would take what both versions begin with before the guard, and one
/// assignment of registers would have to suit both. An empty asm statement
/// ends what they have in common.
void keepApart(BasicBlock &block) {
  IRBuilder<> builder(&block, block.getFirstInsertionPt());
  builder.CreateCall(
      InlineAsm::get(FunctionType::get(builder.getVoidTy(), false), "", "",
                     /*hasSideEffects=*/true));
}

} // namespace

void versionBody(Function &function, ValueToValueMapTy &map,
                 function_ref<Value *(IRBuilderBase &)> guard) {
  BasicBlock &entry = function.getEntryBlock();
  BasicBlock *body = splitBehindSlots(entry);
  SmallVector<BasicBlock *, 16> blocks;
  for (BasicBlock &block : drop_begin(function))
    blocks.push_back(&block);
  SmallVector<BasicBlock *, 16> copies;
  for (BasicBlock *block : blocks) {
    copies.push_back(CloneBasicBlock(block, map, ".other", &function));
    map[block] = copies.back();
  }
  remapInstructionsInBlocks(copies, map);
  keepApart(*cast<BasicBlock>(map[body]));
  Instruction *jump = entry.getTerminator();
  IRBuilder<> builder(jump);
  for (Instruction &inst : *body)
    if (inst.getDebugLoc()) {
      builder.SetCurrentDebugLocation(inst.getDebugLoc());
      break;
    }
  builder.CreateCondBr(guard(builder), body, cast<BasicBlock>(map[body]));
  jump->eraseFromParent();
}

} // namespace whistler::passes
