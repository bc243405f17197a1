// Code generation into memory: object or assembly. The machine passes are
// still on the legacy pass manager in LLVM 19. The steps of the target
// machine's own addPassesToEmitFile are spelled out, because only between
// making the pass list and filling it can passes of ours be put into it.

#include "DiagnosticCapture.h"
#include "MachinePasses.h"
#include "ModuleChecks.h"
#include "NarrowNumbers.h"
#include "whistler/backend/Target.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/CodeGen/MachineModuleInfo.h>
#include <llvm/CodeGen/Passes.h>
#include <llvm/CodeGen/TargetPassConfig.h>
#include <llvm/IR/LegacyPassManager.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// False when the target can't write such output. Ours go behind the last
/// target-independent pass before, and behind, the target's own peepholes.
bool addCodeGeneration(legacy::PassManager &passes, LLVMTargetMachine &machine,
                       raw_pwrite_stream &os, CodeGenFileType type) {
  auto *information = new MachineModuleInfoWrapperPass(&machine);
  TargetPassConfig *config = machine.createPassConfig(passes);
  // The module is verified before, where a defect is an error and no abort.
  config->setDisableVerify(true);
  config->insertPass(&DetectDeadLanesID, createFoldRelocations());
  config->insertPass(&DetectDeadLanesID, createStoreImmediates());
  config->insertPass(&DetectDeadLanesID, createCompareOriginals());
  config->insertPass(&PrologEpilogCodeInserterID, createFoldFrameViews());
  config->insertPass(&PrologEpilogCodeInserterID, createKeepPinnedLoads());
  config->insertPass(&StackMapLivenessID, createInvertJumps());
  config->insertPass(&StackMapLivenessID, createJumpBack());
  config->insertPass(&StackMapLivenessID, createCheckJumps());
  passes.add(config);
  passes.add(information);
  if (config->addISelPasses())
    return false;
  config->addMachinePasses();
  config->setInitialized();
  if (machine.addAsmPrinter(passes, os, nullptr, type,
                            information->getMMI().getContext()))
    return false;
  passes.add(createFreeMachineFunctionPass());
  return true;
}

} // namespace

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
  if (!addCodeGeneration(passes, static_cast<LLVMTargetMachine &>(machine), os,
                         type))
    return make_error<BackendError>("", 0,
                                    "the target can't write this output");
  passes.run(module);
  if (Error error = takeFirstError(diagnostics, module))
    return error;
  if (output == Output::Object)
    if (Error error = narrowRelocatedNumbers(bytes))
      return error;
  return bytes;
}

} // namespace whistler::backend
