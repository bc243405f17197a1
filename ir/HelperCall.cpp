// Helper calls. The kernel's helpers are called by number through a constant
// address, so LLVM knows nothing of them but the attributes at the call site.
// Those decide whether reads merge across the call and whether O2 deletes it:
// `willreturn` on a helper that writes would let it delete ring-buffer
// submits, and no attribute at all would keep every kernel read on its side.

#include "whistler/ir/HelperCall.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Module.h>

using namespace llvm;

namespace whistler::ir {

namespace {

Attribute memoryAttribute(LLVMContext &context, HelperEffects effects) {
  MemoryEffects memory = MemoryEffects::none();
  if (effects != HelperEffects::Pure)
    memory = MemoryEffects::argMemOnly();
  if (effects == HelperEffects::AnyProgramMemory)
    memory =
        MemoryEffects::unknown().getWithoutLoc(IRMemLocation::InaccessibleMem);
  if (effects == HelperEffects::KernelMemory)
    memory = MemoryEffects::inaccessibleOrArgMemOnly();
  return Attribute::getWithMemoryEffects(context, memory);
}

void setAttributes(CallInst &call, const HelperSignature &signature) {
  LLVMContext &context = call.getContext();
  if (signature.returnsFresh && signature.returnsPointer)
    call.addRetAttr(Attribute::NoAlias);
  if (signature.effects == HelperEffects::Unknown)
    return;
  call.addFnAttr(Attribute::NoUnwind);
  call.addFnAttr(memoryAttribute(context, signature.effects));
  if (signature.effects == HelperEffects::Pure)
    call.addFnAttr(Attribute::WillReturn);
  if (signature.capturesPointers)
    return;
  for (unsigned i = 0; i != call.arg_size(); ++i)
    if (call.getArgOperand(i)->getType()->isPointerTy())
      call.addParamAttr(i, Attribute::NoCapture);
}

} // namespace

CallInst *createHelperCall(IRBuilderBase &builder,
                           const HelperSignature &signature,
                           ArrayRef<Value *> arguments) {
  Type *result = signature.returnsPointer
                     ? static_cast<Type *>(builder.getPtrTy())
                     : builder.getInt64Ty();
  SmallVector<Type *, 5> types;
  for (Value *argument : arguments)
    types.push_back(argument->getType());
  FunctionType *type = FunctionType::get(result, types, /*isVarArg=*/false);
  Constant *callee = ConstantExpr::getIntToPtr(builder.getInt64(signature.id),
                                               builder.getPtrTy());
  CallInst *call = builder.CreateCall(type, callee, arguments);
  setAttributes(*call, signature);
  return call;
}

uint32_t helperId(const CallInst &call) {
  auto *cast = dyn_cast<ConstantExpr>(call.getCalledOperand());
  if (!cast || cast->getOpcode() != Instruction::IntToPtr)
    return 0;
  auto *id = dyn_cast<ConstantInt>(cast->getOperand(0));
  return id ? static_cast<uint32_t>(id->getZExtValue()) : 0;
}

} // namespace whistler::ir
