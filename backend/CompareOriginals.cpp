// A number that two negations made of a typed kernel pointer, and that is only
// compared with registers for equality, need not be made: the verifier compares
// pointers for whoever may read kernel memory.
//
//   r1 = r8
//   r1 = -r1
//   r1 = -r1
//   if r2 == r1 goto L                =>      if r2 == r8 goto L
//
// Not before code generation: where two values are equal LLVM uses either in
// place of the other, and would shift the pointer or load through the number.
// A comparison with a constant stays, as one with 0 says more of a pointer to
// the verifier than of a number.

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineRegisterInfo.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// What the passes write (passes/LaunderPointers.cpp).
constexpr StringLiteral kTwoNegations = "$0 = -$0\n\t$0 = -$0";

/// Result and operand of an asm statement that has one of each.
struct Number {
  Register result, original;
};

std::optional<Number> matchNumber(const MachineInstr &inst) {
  if (!inst.isInlineAsm() ||
      inst.getOperand(0).getSymbolName() != kTwoNegations)
    return std::nullopt;
  Number number;
  for (const MachineOperand &operand : inst.operands()) {
    if (!operand.isReg() || operand.isImplicit())
      continue;
    Register &place = operand.isDef() ? number.result : number.original;
    if (place || operand.getSubReg() || !operand.getReg().isVirtual())
      return std::nullopt;
    place = operand.getReg();
  }
  if (!number.result || !number.original)
    return std::nullopt;
  return number;
}

class CompareOriginals : public MachineFunctionPass {
public:
  static char ID;
  CompareOriginals() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Compare originals"; }

  void getAnalysisUsage(AnalysisUsage &usage) const override {
    usage.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(usage);
  }

  bool runOnMachineFunction(MachineFunction &function) override {
    const TargetInstrInfo &instructions =
        *function.getSubtarget().getInstrInfo();
    registers_ = &function.getRegInfo();
    equal_ = findOpcode(instructions, "JEQ_rr");
    unequal_ = findOpcode(instructions, "JNE_rr");
    bool changed = false;
    for (MachineBasicBlock &block : function)
      for (MachineInstr &inst : make_early_inc_range(block))
        if (std::optional<Number> number = matchNumber(inst);
            number && isOnlyCompared(number->result)) {
          compareOriginal(*number);
          inst.eraseFromParent();
          changed = true;
        }
    return changed;
  }

private:
  bool isOnlyCompared(Register value) const {
    return all_of(registers_->use_nodbg_operands(value),
                  [this](const MachineOperand &use) {
                    unsigned opcode = use.getParent()->getOpcode();
                    return (opcode == equal_ || opcode == unequal_) &&
                           !use.getSubReg();
                  });
  }

  /// The operand lives longer than it did.
  void compareOriginal(const Number &number) {
    registers_->clearKillFlags(number.original);
    registers_->replaceRegWith(number.result, number.original);
  }

  MachineRegisterInfo *registers_ = nullptr;
  unsigned equal_ = 0, unequal_ = 0;
};

char CompareOriginals::ID = 0;

} // namespace

FunctionPass *createCompareOriginals() { return new CompareOriginals(); }

} // namespace whistler::backend
