// Builders and the matcher of the whistler.* operations. A field's identity is
// in the callee and not in an operand, because LLVM sinks differing operands
// of equal callees into selects: two reads in two arms would become one read
// of a field chosen at run time, which no relocation can express.

#include "whistler/ir/Operations.h"

#include "Effects.h"

#include <llvm/IR/Module.h>

using namespace llvm;

namespace whistler::ir {

namespace {

constexpr StringLiteral kFieldMetadata = "whistler.field";

/// The declaration of `name` with this identity. Same-named types of
/// different shape get a number behind the name.
Function *declare(IRBuilderBase &builder, Operation operation, StringRef suffix,
                  Type *result, ArrayRef<Type *> parameters,
                  MDNode *field = nullptr) {
  Module &module = *builder.GetInsertBlock()->getModule();
  std::string base = (prefixOf(operation) + suffix).str(), name = base;
  FunctionType *type = FunctionType::get(result, parameters, false);
  for (unsigned version = 2; Function *known = module.getFunction(name);
       ++version) {
    if (known->getMetadata(kFieldMetadata) == field &&
        known->getFunctionType() == type)
      return known;
    name = base + ".v" + std::to_string(version);
  }
  Function *callee =
      Function::Create(type, GlobalValue::ExternalLinkage, name, module);
  OperationEffects effects = effectsOf(operation);
  callee->setMemoryEffects(effects.memory);
  for (auto kind : {Attribute::NoUnwind, Attribute::WillReturn,
                    Attribute::NoSync, Attribute::NoFree})
    callee->addFnAttr(kind);
  if (effects.speculatable)
    callee->addFnAttr(Attribute::Speculatable);
  if (operation == Operation::KernelCopy) {
    callee->addParamAttr(0, Attribute::NoCapture);
    callee->addParamAttr(0, Attribute::WriteOnly);
  }
  if (field)
    callee->setMetadata(kFieldMetadata, field);
  return callee;
}

CallInst *createFieldOperation(IRBuilderBase &builder, Operation operation,
                               const Field &field, Value *base, Type *result) {
  assert(!field.steps.empty() && "a field has a step");
  Function *callee =
      declare(builder, operation, field.path(), result, builder.getPtrTy(),
              fieldToMetadata(builder.getContext(), field));
  return builder.CreateCall(callee, base);
}

CallInst *createLoadAt(IRBuilderBase &builder, Operation operation,
                       unsigned bits, Value *base, Value *offset) {
  Function *callee = declare(builder, operation, "i" + std::to_string(bits),
                             builder.getIntNTy(bits),
                             {builder.getPtrTy(), builder.getInt64Ty()});
  return builder.CreateCall(callee, {base, offset});
}

} // namespace

Type *loadType(LLVMContext &context, const Field &field) {
  if (field.isPointer)
    return PointerType::get(context, 0);
  return IntegerType::get(context, field.bitSize ? 64 : field.bytes * 8);
}

CallInst *createKernelLoad(IRBuilderBase &builder, const Field &field,
                           Value *base) {
  return createFieldOperation(builder, Operation::KernelLoad, field, base,
                              loadType(builder.getContext(), field));
}

CallInst *createKernelLoadVolatile(IRBuilderBase &builder, const Field &field,
                                   Value *base) {
  return createFieldOperation(builder, Operation::KernelLoadVolatile, field,
                              base, loadType(builder.getContext(), field));
}

CallInst *createKernelLoadAt(IRBuilderBase &builder, unsigned bits, Value *base,
                             Value *offset) {
  return createLoadAt(builder, Operation::KernelLoadAt, bits, base, offset);
}

CallInst *createKernelLoadVolatileAt(IRBuilderBase &builder, unsigned bits,
                                     Value *base, Value *offset) {
  return createLoadAt(builder, Operation::KernelLoadVolatileAt, bits, base,
                      offset);
}

CallInst *createKernelAddress(IRBuilderBase &builder, const Field &field,
                              Value *base) {
  return createFieldOperation(builder, Operation::KernelAddress, field, base,
                              builder.getPtrTy());
}

CallInst *createKernelCopy(IRBuilderBase &builder, Value *destination,
                           uint64_t bytes, Value *source) {
  Function *callee =
      declare(builder, Operation::KernelCopy, "", builder.getVoidTy(),
              {builder.getPtrTy(), builder.getInt64Ty(), builder.getPtrTy()});
  return builder.CreateCall(callee,
                            {destination, builder.getInt64(bytes), source});
}

CallInst *createContextLoad(IRBuilderBase &builder, const Field &field,
                            Value *context) {
  return createFieldOperation(builder, Operation::ContextLoad, field, context,
                              loadType(builder.getContext(), field));
}

CallInst *createContextLoadAt(IRBuilderBase &builder, unsigned bits,
                              Value *context, uint64_t offset) {
  return createLoadAt(builder, Operation::ContextLoadAt, bits, context,
                      builder.getInt64(offset));
}

CallInst *createContextStoreAt(IRBuilderBase &builder, Value *context,
                               uint64_t offset, Value *value) {
  std::string width =
      "i" + std::to_string(value->getType()->getIntegerBitWidth());
  Function *callee =
      declare(builder, Operation::ContextStoreAt, width, builder.getVoidTy(),
              {builder.getPtrTy(), builder.getInt64Ty(), value->getType()});
  return builder.CreateCall(callee, {context, builder.getInt64(offset), value});
}

CallInst *createCoreFact(IRBuilderBase &builder, CoreFact fact,
                         const Field &field) {
  std::string suffix = (name(fact) + "." + field.path()).str();
  Function *callee =
      declare(builder, Operation::CoreFact, suffix, builder.getInt64Ty(), {},
              fieldToMetadata(builder.getContext(), field));
  return builder.CreateCall(callee);
}

CallInst *createBarrier(IRBuilderBase &builder) {
  return builder.CreateCall(
      declare(builder, Operation::Barrier, "", builder.getVoidTy(), {}));
}

Value *OperationCall::base() const {
  switch (operation) {
  case Operation::CoreFact:
  case Operation::Barrier:
    return nullptr;
  case Operation::KernelCopy:
    return call->getArgOperand(2);
  default:
    return call->getArgOperand(0);
  }
}

std::optional<OperationCall> matchOperation(Instruction &inst) {
  auto *call = dyn_cast<CallInst>(&inst);
  Function *callee = call ? call->getCalledFunction() : nullptr;
  if (!callee || !callee->getName().starts_with("whistler."))
    return std::nullopt;
  auto name = parseOperationName(callee->getName());
  if (!name)
    return std::nullopt;
  OperationCall result{name->operation, call, std::nullopt, name->fact};
  if (!name->path.empty()) {
    result.field = fieldFromMetadata(callee->getMetadata(kFieldMetadata));
    if (!result.field)
      return std::nullopt;
  }
  return result;
}

} // namespace whistler::ir
