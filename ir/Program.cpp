// The module around the code: compile unit, maps, variables, programs and
// licence, with the debug info that becomes BTF. Without it libbpf finds no
// maps, the loader no relocations, and verifier logs show no source lines.
//
// The source text itself is in the debug info, so that logs show Lisp without
// the file on disk. The unit asks for debug directives only: BTF comes out
// whole, nearly all DWARF stays away.

#include "whistler/ir/Program.h"

#include "DataTypes.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/Constants.h>

using namespace llvm;

namespace whistler::ir {

struct ModuleBuilder::Impl {
  Impl(Module &module, StringRef fileName, StringRef directory,
       StringRef source)
      : module(module), debug(module) {
    std::optional<StringRef> text;
    if (!source.empty())
      text = source;
    file = debug.createFile(fileName, directory, std::nullopt, text);
    // No name table: LLVM crashes when it writes one for a unit whose DWARF
    // is left out.
    unit = debug.createCompileUnit(
        dwarf::DW_LANG_C11, file, "whistler", /*isOptimized=*/true, "", 0, "",
        DICompileUnit::DebugDirectivesOnly, /*DWOId=*/0,
        /*SplitDebugInlining=*/true, /*DebugInfoForProfiling=*/false,
        DICompileUnit::DebugNameTableKind::None);
    module.addModuleFlag(Module::Warning, "Debug Info Version",
                         DEBUG_METADATA_VERSION);
    module.addModuleFlag(Module::Max, "Dwarf Version", 5);
  }

  /// For more in a finished module.
  explicit Impl(Module &module)
      : module(module), debug(module, /*AllowUnresolved=*/true,
                              *module.debug_compile_units_begin()),
        file((*module.debug_compile_units_begin())->getFile()),
        unit(*module.debug_compile_units_begin()) {}

  GlobalVariable *addMap(const MapDefinition &map, unsigned line) {
    DIType *type = debugMapType(debug, file, map, line);
    LLVMContext &context = module.getContext();
    // Attributes, of which only the type is read, then the initial values.
    Type *layout = StructType::get(
        ArrayType::get(Type::getInt64Ty(context), type->getSizeInBits() / 64),
        ArrayType::get(PointerType::get(context, 0), map.values.size()));
    GlobalVariable *global =
        variable(map.name, Constant::getNullValue(layout), Align(8), ".maps");
    describe(*global, type, line);
    return global;
  }

  DIType *basicType(StringRef name, uint64_t bits, unsigned encoding) {
    return debug.createBasicType(name, bits, encoding);
  }

  GlobalVariable *variable(StringRef name, Constant *contents, Align align,
                           StringRef section = "", bool isConstant = false) {
    auto *global =
        new GlobalVariable(module, contents->getType(), isConstant,
                           GlobalValue::ExternalLinkage, contents, name);
    global->setSection(section);
    global->setAlignment(align);
    global->setDSOLocal(true);
    return global;
  }

  void describe(GlobalVariable &global, DIType *type, unsigned line) {
    global.addDebugInfo(debug.createGlobalVariableExpression(
        unit, global.getName(), "", file, line, type, /*IsLocalToUnit=*/false));
  }

  DISubprogram *describe(Function &function, unsigned line) {
    DIType *result = basicType("int", 32, dwarf::DW_ATE_signed);
    DIType *context = debug.createPointerType(nullptr, 64);
    auto *type = debug.createSubroutineType(
        debug.getOrCreateTypeArray({result, context}));
    DISubprogram *program = debug.createFunction(
        file, function.getName(), "", file, line, type, line, DINode::FlagZero,
        DISubprogram::SPFlagDefinition | DISubprogram::SPFlagOptimized);
    // The kernel refuses a function whose parameters have no name.
    debug.createParameterVariable(program, "ctx", 1, file, line, context,
                                  /*AlwaysPreserve=*/true);
    function.setSubprogram(program);
    return program;
  }

  DIType *typeOf(const ModuleBuilder::Parameter &parameter) {
    DIType *type = parameter.type.bytes != 0
                       ? debugType(debug, file, parameter.type)
                       : nullptr;
    return parameter.isPointer ? debug.createPointerType(type, 64) : type;
  }

  void describe(Function &function, const ModuleBuilder::Signature &signature,
                unsigned line) {
    SmallVector<Metadata *, 6> types{typeOf(signature.result)};
    for (const ModuleBuilder::Parameter &parameter : signature.parameters)
      types.push_back(typeOf(parameter));
    auto *type = debug.createSubroutineType(debug.getOrCreateTypeArray(types));
    auto flags = DISubprogram::SPFlagDefinition | DISubprogram::SPFlagOptimized;
    if (!signature.isGlobal)
      flags |= DISubprogram::SPFlagLocalToUnit;
    DISubprogram *described =
        debug.createFunction(file, function.getName(), "", file, line, type,
                             line, DINode::FlagZero, flags);
    for (size_t i = 0; i < signature.parameters.size(); ++i)
      debug.createParameterVariable(
          described, signature.parameters[i].name, unsigned(i + 1), file, line,
          cast_or_null<DIType>(types[i + 1]), /*AlwaysPreserve=*/true);
    function.setSubprogram(described);
  }

  Module &module;
  DIBuilder debug;
  DIFile *file;
  DICompileUnit *unit;
};

ModuleBuilder::ModuleBuilder(Module &module, StringRef fileName,
                             StringRef directory, StringRef source)
    : impl_(std::make_unique<Impl>(module, fileName, directory, source)) {}

ModuleBuilder::~ModuleBuilder() = default;

GlobalVariable *ModuleBuilder::addMap(const MapDefinition &map, unsigned line) {
  return impl_->addMap(map, line);
}

void ModuleBuilder::setMapValues(GlobalVariable &global,
                                 const MapDefinition &map) {
  auto *layout = cast<StructType>(global.getValueType());
  auto *values = cast<ArrayType>(layout->getElementType(1));
  SmallVector<Constant *, 8> pointers;
  for (const std::string &name : map.values) {
    GlobalValue *value =
        name.empty() ? nullptr : impl_->module.getNamedValue(name);
    pointers.push_back(value
                           ? static_cast<Constant *>(value)
                           : Constant::getNullValue(values->getElementType()));
  }
  global.setInitializer(ConstantStruct::get(
      layout, {Constant::getNullValue(layout->getElementType(0)),
               ConstantArray::get(values, pointers)}));
}

Function *ModuleBuilder::addProgram(StringRef name, StringRef section,
                                    unsigned line) {
  LLVMContext &context = impl_->module.getContext();
  FunctionType *type = FunctionType::get(Type::getInt32Ty(context),
                                         PointerType::get(context, 0), false);
  Function *function =
      Function::Create(type, GlobalValue::ExternalLinkage, name, impl_->module);
  function->setSection(section);
  function->setDSOLocal(true);
  function->addFnAttr(Attribute::NoUnwind);
  function->getArg(0)->setName("ctx");
  // No other pointer of a program leads into its context: its fields need not
  // be loaded again after every store.
  function->addParamAttr(0, Attribute::NoAlias);
  impl_->describe(*function, line);
  return function;
}

Function *ModuleBuilder::addSubprogram(StringRef name,
                                       const Signature &signature,
                                       unsigned line) {
  LLVMContext &context = impl_->module.getContext();
  auto typeOf = [&](const Parameter &parameter) -> Type * {
    if (parameter.isPointer)
      return PointerType::get(context, 0);
    return Type::getInt64Ty(context);
  };
  SmallVector<Type *, 5> parameters;
  for (const Parameter &parameter : signature.parameters)
    parameters.push_back(typeOf(parameter));
  auto linkage = signature.isGlobal ? GlobalValue::ExternalLinkage
                                    : GlobalValue::InternalLinkage;
  Function *function = Function::Create(
      FunctionType::get(typeOf(signature.result), parameters, false), linkage,
      name, impl_->module);
  function->setDSOLocal(true);
  function->addFnAttr(Attribute::NoUnwind);
  function->addFnAttr(Attribute::NoInline);
  for (size_t i = 0; i < parameters.size(); ++i)
    function->getArg(unsigned(i))->setName(signature.parameters[i].name);
  impl_->describe(*function, signature, line);
  return function;
}

GlobalVariable *ModuleBuilder::addGlobal(StringRef name, const DataType &type,
                                         Constant *initializer, bool isConstant,
                                         unsigned line) {
  GlobalVariable *global =
      impl_->variable(name, initializer, Align(8), "", isConstant);
  // The loader may set it before the program runs.
  global->setExternallyInitialized(true);
  DIType *debugInfo = debugType(impl_->debug, impl_->file, type);
  if (isConstant)
    debugInfo =
        impl_->debug.createQualifiedType(dwarf::DW_TAG_const_type, debugInfo);
  impl_->describe(*global, debugInfo, line);
  return global;
}

void ModuleBuilder::addStructOps(const StructOps &ops, unsigned line) {
  LLVMContext &context = impl_->module.getContext();
  SmallVector<Constant *, 8> parts;
  uint64_t end = 0;
  auto padTo = [&](uint64_t offset) {
    if (offset > end)
      parts.push_back(Constant::getNullValue(
          ArrayType::get(Type::getInt8Ty(context), offset - end)));
    end = offset;
  };
  for (size_t i = 0; i < ops.values.size(); ++i) {
    padTo(ops.type.members[i].byteOffset);
    const StructOps::Value &value = ops.values[i];
    parts.push_back(value.program.empty()
                        ? ConstantDataArray::get(context, value.bytes)
                        : static_cast<Constant *>(
                              impl_->module.getNamedValue(value.program)));
    end += ops.type.members[i].type->bytes;
  }
  padTo(ops.type.bytes);
  Constant *contents = ConstantStruct::getAnon(parts, /*Packed=*/true);
  GlobalVariable *global =
      impl_->variable(ops.name, contents, Align(8), ".struct_ops");
  impl_->describe(*global, debugType(impl_->debug, impl_->file, ops.type),
                  line);
}

DebugLoc ModuleBuilder::location(Function &function, unsigned line,
                                 unsigned column) {
  return DILocation::get(function.getContext(), line, column,
                         function.getSubprogram());
}

void ModuleBuilder::setLicense(StringRef license) {
  Constant *text =
      ConstantDataArray::getString(impl_->module.getContext(), license);
  GlobalVariable *global =
      impl_->variable("_license", text, Align(1), "license");
  auto character = std::make_shared<DataType>();
  character->name = "char";
  character->bytes = 1;
  character->isSigned = true;
  DataType array;
  array.kind = DataType::Kind::Array;
  array.bytes = array.count = license.size() + 1;
  array.element = character;
  impl_->describe(*global, debugType(impl_->debug, impl_->file, array), 0);
}

void ModuleBuilder::finish() { impl_->debug.finalize(); }

GlobalVariable *ModuleBuilder::addMapTo(Module &finished,
                                        const MapDefinition &map) {
  Impl impl(finished);
  GlobalVariable *global = impl.addMap(map, 0);
  impl.debug.finalize();
  return global;
}

} // namespace whistler::ir
