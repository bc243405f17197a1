// Kernel functions that programs call. LLVM makes BTF of an extern from the
// DISubprogram on its declaration; libbpf looks the name up in the kernel's
// BTF, compares the prototypes and patches call and address. A weak one that
// the kernel lacks has the address 0, and its calls must be dead code.

#include "whistler/ir/KernelFunction.h"

#include "DataTypes.h"

#include <llvm/IR/DebugInfoMetadata.h>

using namespace llvm;

namespace whistler::ir {

namespace {

Type *llvmType(LLVMContext &context, const DataType *type) {
  if (!type)
    return Type::getVoidTy(context);
  if (type->kind == DataType::Kind::Pointer)
    return PointerType::get(context, 0);
  return IntegerType::get(
      context, static_cast<unsigned>(std::max<uint64_t>(type->bytes, 1) * 8));
}

DIFile *fileOf(Module &module, DIBuilder &debug) {
  for (DICompileUnit *unit : module.debug_compile_units())
    return unit->getFile();
  return debug.createFile(module.getSourceFileName(), "");
}

DISubprogram *describe(Module &module, const FunctionPrototype &prototype) {
  DIBuilder debug(module, /*AllowUnresolved=*/false);
  DIFile *file = fileOf(module, debug);
  auto type = [&](const DataType *type) {
    return type ? debugType(debug, file, *type) : nullptr;
  };
  SmallVector<Metadata *, 6> types = {type(prototype.result.get())};
  for (const FunctionParameter &parameter : prototype.parameters)
    types.push_back(type(parameter.type.get()));
  DISubroutineType *signature =
      debug.createSubroutineType(debug.getOrCreateTypeArray(types));
  DISubprogram *subprogram =
      debug.createFunction(file, prototype.name, "", file, 0, signature, 0,
                           DINode::FlagZero, DISubprogram::SPFlagOptimized);
  debug.finalizeSubprogram(subprogram);
  return subprogram;
}

} // namespace

Function *declareKernelFunction(Module &module,
                                const FunctionPrototype &prototype) {
  if (Function *known = module.getFunction(prototype.name))
    return known;
  LLVMContext &context = module.getContext();
  SmallVector<Type *, 5> parameters;
  for (const FunctionParameter &parameter : prototype.parameters)
    parameters.push_back(llvmType(context, parameter.type.get()));
  FunctionType *type =
      FunctionType::get(llvmType(context, prototype.result.get()), parameters,
                        /*isVarArg=*/false);
  Function *function = Function::Create(type, GlobalValue::ExternalWeakLinkage,
                                        prototype.name, module);
  function->setSection(".ksyms");
  function->setSubprogram(describe(module, prototype));
  return function;
}

Value *createKernelFunctionExists(IRBuilderBase &builder, Function *function) {
  Value *exists = builder.CreateICmpNE(
      function, ConstantPointerNull::get(builder.getPtrTy()));
  return builder.CreateZExt(exists, builder.getInt64Ty());
}

Function *declareReadOnlyCast(Module &module) {
  auto pointer = std::make_shared<DataType>();
  pointer->kind = DataType::Kind::Pointer;
  pointer->bytes = 8;
  auto id = std::make_shared<DataType>();
  id->bytes = 4;
  FunctionPrototype prototype{
      "bpf_rdonly_cast", pointer, {{"obj", pointer}, {"btf_id", id}}};
  return declareKernelFunction(module, prototype);
}

} // namespace whistler::ir
