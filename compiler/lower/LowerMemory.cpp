// Memory that the program may touch itself: stack, map values, ring-buffer
// records, packets, globals. Loads and stores have the natural alignment of
// their type, packets too: LLVM would cut an access of less into bytes, and
// the kernels' machines read unaligned packets as they are.
//
// Stack objects are slots of the entry block, zeroed where the program makes
// them, so that one made in a loop is fresh in every round. A spilled key or
// value lives only until the helper call that takes it (see LowerCalls.cpp).

#include "FunctionLowering.h"

#include <llvm/IR/InlineAsm.h>

using namespace llvm;

namespace whistler::compiler {

namespace {

Align naturalAlign(unsigned bits) { return Align(std::max(1u, bits / 8)); }

/// Of an access through the first child. The verifier wants the stack aligned,
/// where a header's field may be anywhere: LLVM then takes it in pieces.
Align accessAlign(const Node &node) {
  const Node *pointer = node.children[0].get();
  Align natural = naturalAlign(node.type.bits);
  if (pointer->type.space != Space::Stack)
    return natural;
  uint64_t offset = node.integer;
  for (; pointer->kind == NodeKind::Offset && pointer->children.size() == 1;
       pointer = pointer->children[0].get())
    offset += pointer->integer;
  return commonAlignment(natural, offset);
}

bool isConstantZero(const Value *value) {
  auto *constant = dyn_cast<ConstantInt>(value);
  return constant && constant->isZero();
}

/// What is known of the place a fill or copy works on; optimization finds out
/// more (the base of a stack object, a record or a map value is 8-aligned).
Align knownAlign(const Node &pointer) {
  bool isBase = pointer.kind == NodeKind::StackObject ||
                pointer.type.space == Space::RingBuffer;
  return Align(isBase && pointer.kind != NodeKind::Offset ? 8 : 1);
}

AtomicRMWInst::BinOp operation(AtomicOp op) {
  switch (op) {
  case AtomicOp::Add:
  case AtomicOp::Sub: // of the negative: v1 can't select a 32-bit subtraction
    return AtomicRMWInst::Add;
  case AtomicOp::Or:
    return AtomicRMWInst::Or;
  case AtomicOp::And:
    return AtomicRMWInst::And;
  case AtomicOp::Xor:
    return AtomicRMWInst::Xor;
  case AtomicOp::Exchange:
    return AtomicRMWInst::Xchg;
  case AtomicOp::CompareExchange: // no atomicrmw: see lowerAtomic
    break;
  }
  report_fatal_error("lowering: unknown atomic operation");
}

} // namespace

/// The first child plus the constant offset `integer`.
Value *FunctionLowering::address(const Node &node) {
  Value *base = lowerPointer(node.children[0].get());
  return node.integer == 0 ? base
                           : builder_.CreatePtrAdd(base, integer(node.integer));
}

Value *FunctionLowering::lowerOffset(const Node &node) {
  Value *base = address(node);
  if (node.children.size() < 2)
    return base;
  Value *offset = lowerInt(node.children[1].get());
  if (isConstantZero(offset))
    return base;
  if (node.type.space == Space::Stack && !isa<ConstantInt>(offset))
    offset = opaque(offset);
  return builder_.CreatePtrAdd(base, offset);
}

/// The same value, of which code generation knows no bits: it makes an `or` of
/// the sum of an aligned slot's address and an index below 8, which the
/// verifier refuses ("bitwise operator |= on pointer prohibited").
Value *FunctionLowering::opaque(Value *value) {
  auto *type = FunctionType::get(value->getType(), value->getType(), false);
  return builder_.CreateCall(InlineAsm::get(type, "", "=r,0", false), value);
}

Value *FunctionLowering::lowerLoad(const Node &node) {
  Value *from = lowerOffset(node);
  if (node.type.isPointer)
    return builder_.CreateAlignedLoad(builder_.getPtrTy(), from, Align(8),
                                      node.isVolatile);
  Value *value =
      builder_.CreateAlignedLoad(builder_.getIntNTy(node.type.bits), from,
                                 accessAlign(node), node.isVolatile);
  return extend(value, node.type.isSigned);
}

Value *FunctionLowering::lowerStore(const Node &node) {
  Value *to = address(node);
  Value *value = lower(node.children[1].get());
  if (node.type.isPointer) {
    builder_.CreateAlignedStore(coerce(value, true), to, Align(8),
                                node.isVolatile);
    return value;
  }
  value = coerce(value, false);
  builder_.CreateAlignedStore(narrow(value, node.type), to, accessAlign(node),
                              node.isVolatile);
  if (node.children[0]->type.space == Space::Stack &&
      isCounter(*node.children[1]))
    forgetValue(to, node.type.bits / 8);
  return convert(value, node.type);
}

void FunctionLowering::fill(Value *pointer, uint8_t byte, uint64_t bytes,
                            Align align) {
  if (bytes != 0)
    builder_.CreateMemSet(pointer, builder_.getInt8(byte), bytes, align);
}

Value *FunctionLowering::lowerStackObject(const Node &node) {
  Type *type = ArrayType::get(builder_.getInt8Ty(), node.integer);
  AllocaInst *object =
      entrySlot(type, node.type.pointee.empty() ? "object" : node.type.pointee);
  fill(object, 0, node.integer, Align(8));
  return object;
}

Value *FunctionLowering::lowerSpill(const Node &node) {
  Value *value = lower(node.children[0].get());
  const Node &spilled = *node.children[0];
  Type *type = builder_.getPtrTy();
  // The width is that of the scalar spilled: the node itself is a pointer.
  unsigned bits =
      node.type.elementBits ? node.type.elementBits : spilled.type.bits;
  if (!value->getType()->isPointerTy() || bits != 64) {
    type = builder_.getIntNTy(bits);
    value = cut(coerce(value, false), bits);
  }
  AllocaInst *slot = entrySlot(type, "spill");
  builder_.CreateLifetimeStart(slot, builder_.getInt64(bits / 8));
  builder_.CreateAlignedStore(value, slot, Align(8));
  return slot;
}

Value *FunctionLowering::lowerZero(const Node &node) {
  Value *pointer = lowerPointer(node.children[0].get());
  fill(pointer, 0, node.integer, knownAlign(*node.children[0]));
  return pointer;
}

Value *FunctionLowering::lowerFill(const Node &node) {
  Value *pointer = lowerPointer(node.children[0].get());
  fill(pointer, uint8_t(node.extra), node.integer,
       knownAlign(*node.children[0]));
  return pointer;
}

Value *FunctionLowering::lowerCopy(const Node &node) {
  Value *to = lowerPointer(node.children[0].get());
  Value *from = lowerPointer(node.children[1].get());
  if (node.integer != 0)
    builder_.CreateMemCpy(to, knownAlign(*node.children[0]), from,
                          knownAlign(*node.children[1]), node.integer);
  return to;
}

Value *FunctionLowering::lowerAtomic(const Node &node) {
  Value *to = address(node);
  Value *operand = narrow(lowerInt(node.children[1].get()), node.type);
  if (node.atomicOp == AtomicOp::Sub)
    operand = builder_.CreateNeg(operand);
  MaybeAlign align = naturalAlign(node.type.bits);
  // Monotonic: BPF atomics order nothing more for LLVM to know of, and reads
  // of kernel memory may be merged across.
  constexpr AtomicOrdering ordering = AtomicOrdering::Monotonic;
  if (node.atomicOp == AtomicOp::CompareExchange) {
    Value *fresh = narrow(lowerInt(node.children[2].get()), node.type);
    Value *both = builder_.CreateAtomicCmpXchg(to, operand, fresh, align,
                                               ordering, ordering);
    return extend(builder_.CreateExtractValue(both, 0), node.type.isSigned);
  }
  Value *old = builder_.CreateAtomicRMW(operation(node.atomicOp), to, operand,
                                        align, ordering);
  return extend(old, node.type.isSigned);
}

} // namespace whistler::compiler
