// Facts about types and enumerators become the target's intrinsics with the
// debug type as metadata, the kernel's version a variable that libbpf fills:
//
//   %a = call i64 @whistler.core.type_id.task_struct()
//   %b = call i64 @whistler.core.kernel_version()
// =>
//   %a = call i64 @llvm.bpf.btf.type.id(i32 0, i64 1),
//            !llvm.preserve.access.index !task_struct
//   %v = load i32, ptr @LINUX_KERNEL_VERSION        ; in .kconfig
//
// All of them ask about the running kernel, so they stay relocations where the
// layout of structs is baked in. The verifier knows what is in .kconfig: the
// map is read-only and frozen.

#include "KernelFacts.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/IntrinsicsBPF.h>
#include <llvm/IR/Module.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr StringLiteral kVersionName = "LINUX_KERNEL_VERSION";

CallInst *createFact(IRBuilderBase &builder, Intrinsic::ID id,
                     ArrayRef<Value *> arguments, DIType *type) {
  CallInst *call = builder.CreateIntrinsic(id, {}, arguments);
  call->setMetadata(LLVMContext::MD_preserve_access_index, type);
  return call;
}

DIType *enumerationOf(LLVMContext &context,
                      const ir::EnumeratorIdentity &enumerator) {
  auto *value = DIEnumerator::get(
      context, APInt(64, static_cast<uint64_t>(enumerator.value)),
      /*IsUnsigned=*/enumerator.value >= 0, enumerator.name);
  uint64_t bits =
      isInt<32>(enumerator.value) || isUInt<32>(enumerator.value) ? 32 : 64;
  return DICompositeType::get(
      context, dwarf::DW_TAG_enumeration_type, enumerator.enumeration, nullptr,
      0, nullptr, nullptr, bits, 0, 0, DINode::FlagZero,
      DINodeArray(MDNode::get(context, {value})), 0, nullptr);
}

/// The variable behind KERNEL_VERSION: an extern that libbpf knows by name.
GlobalVariable *versionVariable(Module &module) {
  if (GlobalVariable *known = module.getNamedGlobal(kVersionName))
    return known;
  LLVMContext &context = module.getContext();
  auto *variable =
      new GlobalVariable(module, Type::getInt32Ty(context), /*isConstant=*/true,
                         GlobalValue::ExternalLinkage, nullptr, kVersionName);
  variable->setSection(".kconfig");
  variable->setAlignment(Align(4));
  DIFile *file = nullptr;
  for (DICompileUnit *unit : module.debug_compile_units())
    file = unit->getFile();
  auto *type = DIBasicType::get(context, dwarf::DW_TAG_base_type, "int", 32, 0,
                                dwarf::DW_ATE_signed, DINode::FlagZero);
  auto *description = DIGlobalVariable::getDistinct(
      context, nullptr, kVersionName, "", file, 0, type,
      /*IsLocalToUnit=*/false, /*IsDefinition=*/false, nullptr, nullptr, 0,
      nullptr);
  variable->addDebugInfo(DIGlobalVariableExpression::get(
      context, description, DIExpression::get(context, {})));
  return variable;
}

} // namespace

Value *KernelFacts::typeFact(IRBuilderBase &builder, ir::CoreFact fact,
                             const ir::TypeIdentity &type) {
  DIType *debugType = types_.typeOf(type);
  if (fact == ir::CoreFact::TypeId)
    return createFact(builder, Intrinsic::bpf_btf_type_id,
                      {number(builder), builder.getInt64(1)}, debugType);
  Value *info =
      createFact(builder, Intrinsic::bpf_preserve_type_info,
                 {number(builder),
                  builder.getInt64(fact == ir::CoreFact::TypeSize ? 1 : 0)},
                 debugType);
  return builder.CreateZExt(info, builder.getInt64Ty());
}

Value *KernelFacts::enumeratorFact(IRBuilderBase &builder, ir::CoreFact fact,
                                   const ir::EnumeratorIdentity &enumerator) {
  Module &module = *builder.GetInsertBlock()->getModule();
  std::string text = enumerator.name + ":" + std::to_string(enumerator.value);
  Constant *bytes = ConstantDataArray::getString(module.getContext(), text);
  auto *name =
      new GlobalVariable(module, bytes->getType(), /*isConstant=*/true,
                         GlobalValue::PrivateLinkage, bytes, "enumerator");
  bool isValue = fact == ir::CoreFact::EnumeratorValue;
  return createFact(builder, Intrinsic::bpf_preserve_enum_value,
                    {number(builder), name, builder.getInt64(isValue)},
                    enumerationOf(module.getContext(), enumerator));
}

Value *KernelFacts::kernelVersion(IRBuilderBase &builder) {
  Module &module = *builder.GetInsertBlock()->getModule();
  Value *version = builder.CreateAlignedLoad(builder.getInt32Ty(),
                                             versionVariable(module), Align(4));
  return builder.CreateZExt(version, builder.getInt64Ty());
}

Value *KernelFacts::lower(IRBuilderBase &builder,
                          const ir::OperationCall &operation) {
  if (operation.type)
    return typeFact(builder, *operation.fact, *operation.type);
  if (operation.enumerator)
    return enumeratorFact(builder, *operation.fact, *operation.enumerator);
  return kernelVersion(builder);
}

} // namespace whistler::passes
