// From a typed program to an LLVM module: maps, globals, string constants,
// licence and one function for each program. What the code of a program
// becomes is FunctionLowering's; this file owns what the programs share.
//
// Nothing is optimized here: variables are stack slots (SROA removes them even
// at -O0), every kernel read is a whistler.* operation, and no instruction
// carries nsw, nuw or any other promise that the language doesn't make.

#include "Lower.h"

#include "FunctionLowering.h"

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

void ModuleLowering::run() {
  for (size_t i = 0; i < program_.maps.size(); ++i) {
    SourceSpan span =
        i < program_.mapSpans.size() ? program_.mapSpans[i] : SourceSpan{main_};
    maps_.push_back(builder_.addMap(program_.maps[i], line(span)));
  }
  for (const Global &global : program_.globals)
    addGlobal(global);
  for (const Program &program : program_.programs) {
    Function *function =
        builder_.addProgram(program.name, program.section, line(program.span));
    // A loop that fills memory must not become a call of memset, which does
    // not exist in the kernel.
    function->addFnAttr("no-builtins");
    FunctionLowering(*this, program, *function).run();
  }
  for (size_t i = 0; i < program_.maps.size(); ++i)
    builder_.setMapValues(*maps_[i], program_.maps[i]);
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
