// LLVM's MC disassembler for BPF, with every instruction of v4 known, so that
// objects of any CPU level can be shown.

#include "Disassembler.h"

#include "whistler/backend/Target.h"

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstPrinter.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>

using namespace llvm;

namespace whistler::backend {

struct Disassembler::Impl {
  std::unique_ptr<TargetMachine> machine; ///< owns the tables below
  std::unique_ptr<MCContext> context;
  std::unique_ptr<MCDisassembler> decoder;
  std::unique_ptr<MCInstPrinter> printer;
};

Disassembler::Disassembler(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
Disassembler::~Disassembler() = default;

Expected<std::unique_ptr<Disassembler>> Disassembler::create() {
  TargetOptions options;
  options.cpu = Cpu::V4;
  Expected<std::unique_ptr<TargetMachine>> machine =
      createTargetMachine(options);
  if (!machine)
    return machine.takeError();
  auto impl = std::make_unique<Impl>();
  impl->machine = std::move(*machine);
  TargetMachine &tm = *impl->machine;
  impl->context = std::make_unique<MCContext>(
      tm.getTargetTriple(), tm.getMCAsmInfo(), tm.getMCRegisterInfo(),
      tm.getMCSubtargetInfo());
  impl->decoder.reset(tm.getTarget().createMCDisassembler(
      *tm.getMCSubtargetInfo(), *impl->context));
  impl->printer.reset(tm.getTarget().createMCInstPrinter(
      tm.getTargetTriple(), tm.getMCAsmInfo()->getAssemblerDialect(),
      *tm.getMCAsmInfo(), *tm.getMCInstrInfo(), *tm.getMCRegisterInfo()));
  if (!impl->decoder || !impl->printer)
    return make_error<BackendError>("", 0, "LLVM has no BPF disassembler");
  return std::unique_ptr<Disassembler>(new Disassembler(std::move(impl)));
}

std::string Disassembler::text(ArrayRef<uint8_t> bytes) const {
  MCInst instruction;
  uint64_t size = 0;
  if (impl_->decoder->getInstruction(instruction, size, bytes, 0, nulls()) !=
      MCDisassembler::Success)
    return "<unknown>";
  std::string result;
  raw_string_ostream os(result);
  impl_->printer->printInst(&instruction, 0, "",
                            *impl_->machine->getMCSubtargetInfo(), os);
  return StringRef(result).trim().str();
}

} // namespace whistler::backend
