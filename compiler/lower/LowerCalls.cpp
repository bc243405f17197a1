// Helper calls and the constants that they take: maps, globals, strings. An
// argument that leads to memory of the program is passed as `ptr`, so that
// LLVM sees the call use it; everything else is an i64, kernel addresses too:
// to LLVM they are numbers that the helper may look behind.

#include "FunctionLowering.h"

using namespace llvm;

namespace whistler::compiler {

namespace {

bool isProgramMemory(const ValueType &type) {
  if (!type.isPointer)
    return false;
  switch (type.space) {
  case Space::Unknown:
  case Space::Trusted:
  case Space::Kernel:
  case Space::User:
    return false;
  default:
    return true;
  }
}

} // namespace

Value *FunctionLowering::argument(const Node &node) {
  return coerce(lower(&node), isProgramMemory(node.type));
}

Value *FunctionLowering::lowerCall(const Node &node) {
  SmallVector<Value *, 5> arguments;
  for (const NodePtr &item : node.children)
    arguments.push_back(argument(*item));
  CallInst *call = ir::createHelperCall(builder_, *node.helper, arguments);
  // Map values and ring-buffer records are 8-aligned in every kernel.
  if (node.helper->returnsPointer)
    call->addRetAttr(Attribute::getWithAlignment(call->getContext(), Align(8)));
  // Spilled keys and values may share their stack slots from here on.
  for (size_t i = 0; i < node.children.size(); ++i)
    if (node.children[i]->kind == NodeKind::Spill) {
      auto *slot = cast<AllocaInst>(arguments[i]);
      uint64_t bits = slot->getAllocatedType()->isPointerTy()
                          ? 64
                          : slot->getAllocatedType()->getIntegerBitWidth();
      builder_.CreateLifetimeEnd(slot, builder_.getInt64(bits / 8));
    }
  return coerce(call, node.type.isPointer);
}

Value *FunctionLowering::lowerCallKernelFunction(const Node &node) {
  Function *callee =
      ir::declareKernelFunction(*function_.getParent(), *node.kernelFunction);
  SmallVector<Value *, 5> arguments;
  for (const NodePtr &item : node.children) {
    Type *type = callee->getArg(unsigned(arguments.size()))->getType();
    Value *value = coerce(lower(item.get()), type->isPointerTy());
    arguments.push_back(
        type->isPointerTy() ? value : builder_.CreateTrunc(value, type));
  }
  CallInst *call = builder_.CreateCall(callee, arguments);
  if (call->getType()->isVoidTy())
    return integer(0);
  return yielded(call, node, node.type.isSigned);
}

Value *FunctionLowering::lowerKernelFunctionExists(const Node &node) {
  Function *function =
      ir::declareKernelFunction(*function_.getParent(), *node.kernelFunction);
  return ir::createKernelFunctionExists(builder_, function);
}

Value *FunctionLowering::lowerMapRef(const Node &node) {
  return module_.map(node.index);
}

Value *FunctionLowering::lowerGlobalRef(const Node &node) {
  return module_.global(node.index);
}

Value *FunctionLowering::lowerStringRef(const Node &node) {
  return module_.string(node.text, node.span);
}

} // namespace whistler::compiler
