// Code generation into memory: object or assembly. The machine passes are
// still on the legacy pass manager in LLVM 19.

#include "DiagnosticCapture.h"
#include "ModuleChecks.h"
#include "whistler/backend/Target.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/IR/LegacyPassManager.h>

using namespace llvm;

namespace whistler::backend {

Expected<SmallVector<char, 0>> emit(Module &module, TargetMachine &machine,
                                    Output output) {
  if (Error error = checkModule(module))
    return error;
  if (Error error = checkNoneLeft(module))
    return error;
  DiagnosticCapture diagnostics(module.getContext());
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  legacy::PassManager passes;
  passes.add(
      createTargetTransformInfoWrapperPass(machine.getTargetIRAnalysis()));
  passes.add(new TargetLibraryInfoWrapperPass(
      TargetLibraryInfoImpl(machine.getTargetTriple())));
  CodeGenFileType type = output == Output::Object
                             ? CodeGenFileType::ObjectFile
                             : CodeGenFileType::AssemblyFile;
  // The module is verified above, where a defect is an error and no abort.
  if (machine.addPassesToEmitFile(passes, os, nullptr, type,
                                  /*DisableVerify=*/true))
    return make_error<BackendError>("", 0,
                                    "the target can't write this output");
  passes.run(module);
  if (Error error = takeFirstError(diagnostics, module))
    return error;
  return bytes;
}

} // namespace whistler::backend
