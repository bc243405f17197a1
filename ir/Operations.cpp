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

/// What the declaration carries beside its name.
struct Identity {
  StringRef kind = kFieldMetadata;
  MDNode *node = nullptr;
};

/// The declaration of `name` with this identity. Same-named types of
/// different shape get a number behind the name.
Function *declare(IRBuilderBase &builder, Operation operation, StringRef suffix,
                  Type *result, ArrayRef<Type *> parameters,
                  Identity identity = {}) {
  Module &module = *builder.GetInsertBlock()->getModule();
  std::string base = (prefixOf(operation) + suffix).str(), name = base;
  FunctionType *type = FunctionType::get(result, parameters, false);
  for (unsigned version = 2; Function *known = module.getFunction(name);
       ++version) {
    if (known->getMetadata(identity.kind) == identity.node &&
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
  if (identity.node)
    callee->setMetadata(identity.kind, identity.node);
  return callee;
}

Identity identityOf(IRBuilderBase &builder, const Field &field) {
  return {kFieldMetadata, fieldToMetadata(builder.getContext(), field)};
}

CallInst *createFieldOperation(IRBuilderBase &builder, Operation operation,
                               const Field &field, Value *base, Type *result) {
  assert(!field.steps.empty() && "a field has a step");
  Function *callee = declare(builder, operation, field.path(), result,
                             builder.getPtrTy(), identityOf(builder, field));
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
              identityOf(builder, field));
  return builder.CreateCall(callee);
}

CallInst *createContextPointer(IRBuilderBase &builder,
                               const PointerIdentity &pointer, Value *context,
                               uint64_t offset) {
  Function *callee =
      declare(builder, Operation::ContextPointer, pathOf(pointer),
              builder.getPtrTy(), {builder.getPtrTy(), builder.getInt64Ty()});
  return builder.CreateCall(callee, {context, builder.getInt64(offset)});
}

CallInst *createTypeFact(IRBuilderBase &builder, CoreFact fact,
                         const TypeIdentity &type) {
  std::string suffix = (name(fact) + "." + type.name).str();
  return builder.CreateCall(
      declare(builder, Operation::CoreFact, suffix, builder.getInt64Ty(), {},
              {kTypeMetadata, toMetadata(builder.getContext(), type)}));
}

CallInst *createEnumeratorFact(IRBuilderBase &builder, CoreFact fact,
                               const EnumeratorIdentity &enumerator) {
  std::string suffix =
      (name(fact) + "." + enumerator.enumeration + "." + enumerator.name).str();
  return builder.CreateCall(declare(
      builder, Operation::CoreFact, suffix, builder.getInt64Ty(), {},
      {kEnumeratorMetadata, toMetadata(builder.getContext(), enumerator)}));
}

CallInst *createKernelVersion(IRBuilderBase &builder) {
  return builder.CreateCall(declare(builder, Operation::CoreFact,
                                    name(CoreFact::KernelVersion),
                                    builder.getInt64Ty(), {}));
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
  OperationCall result;
  result.operation = name->operation;
  result.call = call;
  result.fact = name->fact;
  switch (name->identity) {
  case IdentityKind::None:
    return result;
  case IdentityKind::Field:
    result.field = fieldFromMetadata(callee->getMetadata(kFieldMetadata));
    return result.field ? std::optional(result) : std::nullopt;
  case IdentityKind::Type:
    result.type = typeFromMetadata(callee->getMetadata(kTypeMetadata));
    return result.type ? std::optional(result) : std::nullopt;
  case IdentityKind::Enumerator:
    result.enumerator =
        enumeratorFromMetadata(callee->getMetadata(kEnumeratorMetadata));
    return result.enumerator ? std::optional(result) : std::nullopt;
  case IdentityKind::Pointer:
    result.pointer = pointerFromPath(name->path);
    return result;
  }
  llvm_unreachable("every operation has an identity");
}

} // namespace whistler::ir
