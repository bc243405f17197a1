// Kernel memory and the context: every access is one whistler.* operation.
// No helper call and no load is made here; the passes choose how a read is
// done. A kernel address is a `ptr` that is never dereferenced by IR.

#include "FunctionLowering.h"

#include "whistler/ir/Operations.h"

using namespace llvm;

namespace whistler::compiler {

/// The operation's result in the form that the node yields.
Value *FunctionLowering::yielded(Value *value, const Node &node,
                                 bool isSigned) {
  if (!value->getType()->isPointerTy())
    value = extend(value, isSigned);
  return coerce(value, node.type.isPointer);
}

Value *FunctionLowering::lowerKernelLoad(const Node &node) {
  Value *base = lowerPointer(node.children[0].get());
  Value *value = node.isVolatile
                     ? ir::createKernelLoadVolatile(builder_, *node.field, base)
                     : ir::createKernelLoad(builder_, *node.field, base);
  return yielded(value, node, node.field->isSigned);
}

Value *FunctionLowering::lowerKernelLoadAt(const Node &node) {
  Value *base = lowerPointer(node.children[0].get());
  Value *offset = builder_.CreateAdd(child(node, 1), integer(node.integer));
  unsigned bits = node.type.isPointer ? 64 : node.type.bits;
  Value *value =
      node.isVolatile
          ? ir::createKernelLoadVolatileAt(builder_, bits, base, offset)
          : ir::createKernelLoadAt(builder_, bits, base, offset);
  return yielded(value, node, node.type.isSigned);
}

Value *FunctionLowering::lowerKernelAddress(const Node &node) {
  Value *base = lowerPointer(node.children[0].get());
  return ir::createKernelAddress(builder_, *node.field, base);
}

Value *FunctionLowering::lowerKernelCopy(const Node &node) {
  Value *to = lowerPointer(node.children[0].get());
  Value *from = lowerPointer(node.children[1].get());
  ir::createKernelCopy(builder_, to, node.integer, from);
  return to;
}

Value *FunctionLowering::lowerContextPointer(const Node &node) {
  return context();
}

Value *FunctionLowering::lowerContextLoad(const Node &node) {
  return yielded(ir::createContextLoad(builder_, *node.field, context()), node,
                 node.field->isSigned);
}

Value *FunctionLowering::lowerContextLoadAt(const Node &node) {
  // Also for pointers: a packet's start is a u32 in the context's layout and
  // a pointer for the verifier.
  Value *from =
      node.children.empty() ? context() : lowerPointer(node.children[0].get());
  Value *value =
      ir::createContextLoadAt(builder_, node.type.bits, from, node.integer);
  return yielded(value, node, node.type.isSigned);
}

Value *FunctionLowering::lowerContextStoreAt(const Node &node) {
  Value *value = lowerInt(node.children[0].get());
  ir::createContextStoreAt(builder_, context(), node.integer,
                           narrow(value, node.type));
  return convert(value, node.type);
}

Value *FunctionLowering::lowerContextTyped(const Node &node) {
  return ir::createContextPointer(
      builder_, {node.type.pointee, node.extra != 0}, context(), node.integer);
}

Value *FunctionLowering::lowerTypeFact(const Node &node) {
  return ir::createTypeFact(builder_, static_cast<ir::CoreFact>(node.integer),
                            *node.typeIdentity);
}

Value *FunctionLowering::lowerKernelVersion(const Node &node) {
  return ir::createKernelVersion(builder_);
}

Value *FunctionLowering::lowerCoreFact(const Node &node) {
  return ir::createCoreFact(builder_, static_cast<ir::CoreFact>(node.integer),
                            *node.field);
}

/// A slot that the helper fills, with 0 when the address is bad.
Value *FunctionLowering::lowerUserLoad(const Node &node) {
  Value *from = lowerInt(node.children[0].get());
  unsigned bits = node.type.isPointer ? 64 : node.type.bits;
  AllocaInst *slot = entrySlot(builder_.getIntNTy(bits), "user");
  ConstantInt *bytes = builder_.getInt64(bits / 8);
  builder_.CreateLifetimeStart(slot, bytes);
  ir::createHelperCall(builder_, *node.helper, {slot, bytes, from});
  Value *value = builder_.CreateAlignedLoad(builder_.getIntNTy(bits), slot,
                                            slot->getAlign());
  builder_.CreateLifetimeEnd(slot, bytes);
  return yielded(value, node, node.type.isSigned);
}

Value *FunctionLowering::lowerBarrier(const Node &node) {
  ir::createBarrier(builder_);
  return integer(0);
}

} // namespace whistler::compiler
