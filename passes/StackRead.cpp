// A probe read into a stack buffer: the code that every strategy without
// direct loads ends in. The buffer escapes into the helper, so LLVM shares its
// slot with others only between lifetime markers; 8-byte alignment is what the
// verifier asks of a read-back at an offset that it learns at load time.

#include "StackRead.h"

#include "whistler/ir/HelperCall.h"

#include <linux/bpf.h>
#include <llvm/ADT/SetVector.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Function.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// Before which instructions a slot's life ends that begins in `first` and
/// lasts to the last of `uses` on every way.
SetVector<Instruction *> endsOfLife(BasicBlock &first,
                                    ArrayRef<Instruction *> uses) {
  DenseMap<BasicBlock *, Instruction *> last;
  SetVector<BasicBlock *> alive; // where it is needed at the block's beginning
  for (Instruction *use : uses) {
    Instruction *&known = last[use->getParent()];
    if (!known || known->comesBefore(use))
      known = use;
    if (use->getParent() != &first)
      alive.insert(use->getParent());
  }
  for (size_t i = 0; i != alive.size(); ++i)
    for (BasicBlock *before : predecessors(alive[i]))
      if (before != &first)
        alive.insert(before);
  SetVector<Instruction *> ends;
  auto leave = [&](BasicBlock *block) {
    auto needs = [&](BasicBlock *next) { return alive.contains(next); };
    if (none_of(successors(block), needs))
      ends.insert(last.lookup(block)->getNextNode());
    else
      for (BasicBlock *next : successors(block))
        if (!needs(next))
          ends.insert(&*next->getFirstInsertionPt());
  };
  if (!alive.empty() || last.contains(&first))
    leave(&first);
  for (BasicBlock *block : alive)
    leave(block);
  return ends;
}

} // namespace

StackBuffer::StackBuffer(IRBuilderBase &builder, uint64_t bytes)
    : first_(builder.GetInsertBlock()), bytes_(builder.getInt64(bytes)) {
  BasicBlock &entry = builder.GetInsertBlock()->getParent()->getEntryBlock();
  IRBuilder<> top(&entry, entry.getFirstInsertionPt());
  slot_ = top.CreateAlloca(ArrayType::get(builder.getInt8Ty(), bytes), nullptr,
                           "read.buffer");
  slot_->setAlignment(Align(8));
  builder.CreateLifetimeStart(slot_, bytes_);
}

void StackBuffer::end(IRBuilderBase &builder) {
  builder.CreateLifetimeEnd(slot_, bytes_);
}

void StackBuffer::endBehind(ArrayRef<Instruction *> uses) {
  for (Instruction *at : endsOfLife(*first_, uses)) {
    IRBuilder<> builder(at);
    end(builder);
  }
}

void markLife(AllocaInst &slot, Instruction &start,
              ArrayRef<Instruction *> uses) {
  IRBuilder<> builder(&start);
  ConstantInt *bytes = builder.getInt64(
      slot.getAllocationSize(slot.getDataLayout())->getFixedValue());
  SetVector<Instruction *> ends = endsOfLife(*start.getParent(), uses);
  builder.CreateLifetimeStart(&slot, bytes);
  for (Instruction *at : ends) {
    builder.SetInsertPoint(at);
    builder.CreateLifetimeEnd(&slot, bytes);
  }
}

CallInst *createProbeRead(IRBuilderBase &builder, Value *destination,
                          Value *bytes, Value *source) {
  ir::HelperSignature signature;
  signature.id = BPF_FUNC_probe_read_kernel;
  signature.effects = ir::HelperEffects::ProgramMemory;
  if (source->getType()->isPointerTy())
    source = builder.CreatePtrToInt(source, builder.getInt64Ty());
  return ir::createHelperCall(builder, signature, {destination, bytes, source});
}

} // namespace whistler::passes
