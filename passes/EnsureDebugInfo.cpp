// Debug info for modules that have none, hand-written IR mostly. Relocations
// live in .BTF.ext: without a compile unit the target writes none, and without
// a described function libbpf refuses the section ("func_info section in
// .BTF.ext has no records", btf_ext_setup_info) and loads the program with the
// build host's offsets, without a word.

#include "EnsureDebugInfo.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>

using namespace llvm;

namespace whistler::passes {

namespace {

void describe(DIBuilder &debug, DIFile *file, Function &function) {
  DIType *result = debug.createBasicType("int", 32, dwarf::DW_ATE_signed);
  DIType *pointer = debug.createPointerType(nullptr, 64);
  SmallVector<Metadata *, 4> types(function.arg_size() + 1, pointer);
  types[0] = result;
  DISubprogram *subprogram = debug.createFunction(
      file, function.getName(), "", file, 0,
      debug.createSubroutineType(debug.getOrCreateTypeArray(types)), 0,
      DINode::FlagZero,
      DISubprogram::SPFlagDefinition | DISubprogram::SPFlagOptimized);
  // The kernel refuses a function whose parameters have no name.
  for (Argument &argument : function.args())
    debug.createParameterVariable(
        subprogram, "arg" + std::to_string(argument.getArgNo()),
        argument.getArgNo() + 1, file, 0, pointer, /*AlwaysPreserve=*/true);
  function.setSubprogram(subprogram);
  // LLVM wants a place for calls between described functions.
  auto *start = DILocation::get(function.getContext(), 0, 0, subprogram);
  for (Instruction &inst : instructions(function)) {
    auto *call = dyn_cast<CallInst>(&inst);
    Function *callee = call ? call->getCalledFunction() : nullptr;
    if (callee && !callee->isDeclaration() && !inst.getDebugLoc())
      inst.setDebugLoc(start);
  }
}

} // namespace

void ensureDebugInfo(Module &module) {
  if (!module.debug_compile_units().empty())
    return;
  DIBuilder debug(module);
  DIFile *file = debug.createFile(module.getSourceFileName(), "");
  // LLVM 19 crashes on a name table where there is next to no DWARF.
  debug.createCompileUnit(dwarf::DW_LANG_C11, file, "whistler",
                          /*isOptimized=*/true, "", 0, "",
                          DICompileUnit::DebugDirectivesOnly, 0, true, false,
                          DICompileUnit::DebugNameTableKind::None);
  for (Function &function : module)
    if (!function.isDeclaration() && !function.getSubprogram())
      describe(debug, file, function);
  debug.finalize();
  if (!module.getModuleFlag("Debug Info Version"))
    module.addModuleFlag(Module::Warning, "Debug Info Version",
                         DEBUG_METADATA_VERSION);
}

} // namespace whistler::passes
