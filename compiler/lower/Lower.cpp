// From a typed program to an LLVM module: maps, globals, string constants,
// licence and one function for each program. What the code of a program
// becomes is FunctionLowering's; this file owns what the programs share.
//
// Nothing is optimized here: variables are stack slots (SROA removes them even
// at -O0), every kernel read is a whistler.* operation, and no instruction
// carries nsw, nuw or any other promise that the language doesn't make.

#include "Lower.h"

#include "FunctionLowering.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/Constants.h>

using namespace llvm;

namespace whistler::compiler {

ModuleLowering::ModuleLowering(Module &module, const TypedProgram &program,
                               const SourceManager &sources, FileId main)
    : module_(module), program_(program), sources_(sources), main_(main),
      builder_(module, sources.name(main), "", sources.text(main)) {}

unsigned ModuleLowering::line(SourceSpan span) const {
  return span.file == main_ ? sources_.position(span).line : 1;
}

void ModuleLowering::addGlobal(const Global &global) {
  LLVMContext &context = module_.getContext();
  bool isScalar = global.type.kind == ir::DataType::Kind::Integer ||
                  global.type.kind == ir::DataType::Kind::Bool;
  uint64_t value = 0;
  for (size_t i = 0; isScalar && i < global.bytes.size(); ++i)
    value |= uint64_t(global.bytes[i]) << (8 * i);
  Constant *initializer = nullptr;
  if (isScalar)
    initializer = ConstantInt::get(
        IntegerType::get(context, unsigned(global.type.bytes * 8)), value);
  else if (global.bytes.empty())
    initializer = ConstantAggregateZero::get(
        ArrayType::get(Type::getInt8Ty(context), global.type.bytes));
  else
    initializer = ConstantDataArray::get(context, global.bytes);
  globals_.push_back(builder_.addGlobal(global.name, global.type, initializer,
                                        global.isConstant, line(global.span)));
}

GlobalVariable *ModuleLowering::string(StringRef text, SourceSpan span) {
  GlobalVariable *&slot = strings_[text];
  if (slot)
    return slot;
  ir::DataType character;
  character.name = "char";
  character.bytes = 1;
  character.isSigned = true;
  ir::DataType array;
  array.kind = ir::DataType::Kind::Array;
  array.element = std::make_shared<const ir::DataType>(character);
  array.count = array.bytes = text.size() + 1;
  Constant *bytes = ConstantDataArray::getString(module_.getContext(), text);
  // `strings_` already counts the new entry.
  slot =
      builder_.addGlobal("whistler_string_" + std::to_string(strings_.size()),
                         array, bytes, /*isConstant=*/true, line(span));
  return slot;
}

GlobalVariable *ModuleLowering::table(StringRef name, ArrayRef<uint8_t> bytes) {
  if (GlobalVariable *known = module_.getNamedGlobal(name))
    return known;
  ir::DataType byte;
  byte.bytes = 1;
  ir::DataType array;
  array.kind = ir::DataType::Kind::Array;
  array.element = std::make_shared<const ir::DataType>(byte);
  array.count = array.bytes = bytes.size();
  GlobalVariable *global = builder_.addGlobal(
      name, array, ConstantDataArray::get(module_.getContext(), bytes),
      /*isConstant=*/true, 1);
  global->setExternallyInitialized(false); // the compiler's own
  return global;
}

DebugLoc ModuleLowering::location(Function &function, SourceSpan span) {
  if (span.file != main_)
    return DebugLoc();
  LineColumn place = sources_.position(span);
  return builder_.location(function, place.line, place.column);
}

namespace {

ir::ModuleBuilder::Parameter parameter(StringRef name, const ValueType &type) {
  ir::ModuleBuilder::Parameter result;
  for (char c : name)
    result.name += isAlnum(c) ? c : '_';
  if (result.name.empty() || isDigit(result.name.front()))
    result.name.insert(0, "_");
  result.isPointer = type.isPointer;
  if (type.isPointer)
    return result;
  result.type.bytes = type.bits / 8;
  result.type.isSigned = type.isSigned;
  if (type.isBool)
    result.type.kind = ir::DataType::Kind::Bool;
  return result;
}

void lowerCode(ModuleLowering &module, const Code &code,
               const Subprogram *subprogram, Function &function) {
  // A loop that fills memory must not become a call of memset, which does not
  // exist in the kernel.
  function.addFnAttr("no-builtins");
  FunctionLowering(module, code, subprogram, function).run();
}

} // namespace

Function *ModuleLowering::declare(const Subprogram &subprogram) {
  ir::ModuleBuilder::Signature signature;
  signature.isGlobal = subprogram.isGlobal;
  ValueType pointer;
  pointer.isPointer = true;
  if (subprogram.usesContext && !subprogram.isCallback)
    signature.parameters.push_back(parameter("ctx", pointer));
  for (const Variable *variable : subprogram.parameters) {
    auto &added = signature.parameters.emplace_back(
        parameter(variable->name, variable->type));
    if (subprogram.isGlobal && variable->pointee)
      added.type = *variable->pointee;
    else if (subprogram.isGlobal)
      added = parameter(variable->name, ValueType());
  }
  if (subprogram.isCallback)
    signature.parameters.push_back(parameter("frame", pointer));
  // The kernel wants a number from a global function.
  signature.result =
      parameter("", subprogram.isGlobal && subprogram.result.isPointer
                        ? ValueType()
                        : subprogram.result);
  return builder_.addSubprogram(subprogram.name, signature,
                                line(subprogram.span));
}

void ModuleLowering::run() {
  for (size_t i = 0; i < program_.maps.size(); ++i) {
    SourceSpan span =
        i < program_.mapSpans.size() ? program_.mapSpans[i] : SourceSpan{main_};
    maps_.push_back(builder_.addMap(program_.maps[i], line(span)));
  }
  for (const Global &global : program_.globals)
    addGlobal(global);
  for (const auto &subprogram : program_.subprograms)
    subprograms_.push_back(declare(*subprogram));
  for (size_t i = 0; i < subprograms_.size(); ++i) {
    const Subprogram &subprogram = *program_.subprograms[i];
    lowerCode(*this, subprogram, &subprogram, *subprograms_[i]);
  }
  for (const Program &program : program_.programs)
    lowerCode(*this, program, nullptr,
              *builder_.addProgram(program.name, program.section,
                                   line(program.span)));
  for (size_t i = 0; i < program_.maps.size(); ++i)
    builder_.setMapValues(*maps_[i], program_.maps[i]);
  for (const KernelInterface &object : program_.interfaces)
    builder_.addStructOps(object.ops, line(object.span));
  builder_.setLicense(program_.license);
  builder_.finish();
}

std::unique_ptr<Module> lower(const TypedProgram &program,
                              const SourceManager &sources, FileId main,
                              LLVMContext &context) {
  auto module = std::make_unique<Module>(sources.name(main), context);
  module->setSourceFileName(sources.name(main));
  ModuleLowering(*module, program, sources, main).run();
  return module;
}

} // namespace whistler::compiler
