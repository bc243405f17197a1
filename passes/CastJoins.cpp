// A loop that walks a list begins with an address and goes on with a pointer
// that the kernel's types are known of. The address is cast once, before the
// loop, and not what meets in every round:
//
//   %p = phi ptr [ %address, %entry ], [ %parent, %loop ]
//   … reads of %p as a dentry, which cast %p …
//   %parent = call ptr @whistler.kernel.load.dentry.d_parent(ptr %p)
// =>
//   entry:
//     %cast = call ptr @bpf_rdonly_cast(ptr %address, i32 (id of dentry))
//   %p = phi ptr [ %cast, %entry ], [ %parent, %loop ]
//
// A pointer of another kind is cast, too: a trusted one and one that is not may
// not meet. A join that no walk comes back to keeps its one cast.

#include "CastJoins.h"

#include "whistler/ir/KernelFunction.h"

#include <llvm/IR/InstIterator.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// The records that reads want of each join that they would cast.
MapVector<PHINode *, SmallVector<ReadSite, 2>>
collectJoins(Function &function, TypedPointers &types) {
  MapVector<PHINode *, SmallVector<ReadSite, 2>> joins;
  for (Instruction &inst : instructions(function)) {
    auto operation = ir::matchOperation(inst);
    auto site = operation ? readSite(*operation) : std::nullopt;
    if (!site || types.plan(*site).how != DirectRead::How::Cast)
      continue;
    if (auto *join = dyn_cast<PHINode>(stripCasts(site->base)))
      joins[join].push_back(*site);
  }
  return joins;
}

bool wantOneRecord(ArrayRef<ReadSite> reads) {
  return all_of(reads, [&](const ReadSite &read) {
    return read.field.steps.front().record ==
           reads.front().field.steps.front().record;
  });
}

/// Whether `value` is what a walk through `join` comes to: then it is of the
/// same kind as a cast, which what a trusted pointer leads to is not.
bool isWalkFrom(const PHINode &join, Value *value) {
  for (value = stripCasts(value); value != &join;) {
    auto *inst = dyn_cast<Instruction>(value);
    auto operation = inst ? ir::matchOperation(*inst) : std::nullopt;
    auto site = operation ? readSite(*operation) : std::nullopt;
    if (!site)
      return false;
    value = stripCasts(site->base);
  }
  return true;
}

bool castInputs(PHINode &join, const ReadSite &read, PointerRules rules) {
  const ir::FieldStep &step = read.field.steps.front();
  const TypedPointer wanted{step.record};
  TypedPointers types(*join.getFunction(), rules, {{&join, wanted}});
  SmallVector<unsigned, 4> others;
  for (unsigned i = 0; i != join.getNumIncomingValues(); ++i)
    if (Value *input = join.getIncomingValue(i);
        types.typeOf(input) != wanted || !isWalkFrom(join, input))
      others.push_back(i);
  if (others.size() == join.getNumIncomingValues())
    return false;
  SmallDenseMap<BasicBlock *, Value *, 4> casts;
  for (unsigned i : others) {
    Value *&cast = casts[join.getIncomingBlock(i)];
    if (!cast) {
      IRBuilder<> builder(join.getIncomingBlock(i)->getTerminator());
      builder.SetCurrentDebugLocation(read.operation.call->getDebugLoc());
      cast = builder.CreateBitOrPointerCast(
          createCast(builder, join.getIncomingValue(i), step), join.getType());
    }
    join.setIncomingValue(i, cast);
  }
  return true;
}

} // namespace

CallInst *createCast(IRBuilderBase &builder, Value *base,
                     const ir::FieldStep &step) {
  Module &module = *builder.GetInsertBlock()->getModule();
  ir::TypeShape shape = step.recordKind == ir::RecordKind::Union
                            ? ir::TypeShape::Union
                            : ir::TypeShape::Struct;
  Value *id = ir::createTypeFact(builder, ir::CoreFact::TypeId,
                                 {step.record, shape, step.recordBytes});
  base = builder.CreateBitOrPointerCast(stripCasts(base), builder.getPtrTy());
  CallInst *cast = builder.CreateCall(
      ir::declareReadOnlyCast(module),
      {base, builder.CreateTrunc(id, builder.getInt32Ty())}, "cast");
  cast->setDoesNotAccessMemory();
  cast->setDoesNotThrow();
  cast->addFnAttr(Attribute::WillReturn);
  return cast;
}

bool castJoins(Function &function, PointerRules rules) {
  if (!rules.casts)
    return false;
  TypedPointers types(function, rules);
  bool changed = false;
  for (auto &[join, reads] : collectJoins(function, types))
    if (wantOneRecord(reads))
      changed |= castInputs(*join, reads.front(), rules);
  return changed;
}

} // namespace whistler::passes
