// The BPF target machine. Only the parts of LLVM's target that this library
// uses are initialised, once per process: target info, code generation, MC,
// the printer, the disassembler (Inspect.cpp) and the assembly parser. The
// parser is there because LLVM aborts the process when it meets an inline
// assembly statement and has none.
//
// The CPU is given to the machine, not to each function as an attribute: the
// two do not give the same instructions.

#include "whistler/backend/Target.h"

#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>

#include <mutex>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr StringLiteral kTriple = "bpfel";

void initialiseTarget() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeBPFTargetInfo();
    LLVMInitializeBPFTarget();
    LLVMInitializeBPFTargetMC();
    LLVMInitializeBPFAsmPrinter();
    LLVMInitializeBPFAsmParser();
    LLVMInitializeBPFDisassembler();
  });
}

StringRef cpuName(Cpu cpu) {
  switch (cpu) {
  case Cpu::V1:
    return "v1";
  case Cpu::V2:
    return "v2";
  case Cpu::V3:
    return "v3";
  case Cpu::V4:
    return "v4";
  }
  return "v3";
}

} // namespace

Expected<std::unique_ptr<TargetMachine>>
createTargetMachine(const TargetOptions &options) {
  initialiseTarget();
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(kTriple.str(), message);
  if (!target)
    return make_error<BackendError>("", 0, std::move(message));
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      kTriple, cpuName(options.cpu), /*Features=*/"", llvm::TargetOptions(),
      Reloc::Static, std::nullopt, CodeGenOptLevel::Default));
  if (!machine)
    return make_error<BackendError>("", 0, "LLVM has no BPF target machine");
  return machine;
}

void prepareModule(Module &module, const TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple().str());
  module.setDataLayout(machine.createDataLayout());
}

} // namespace whistler::backend
