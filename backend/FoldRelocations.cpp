// A member's offset, known when the program is loaded, takes a register and an
// instruction of its own in the target's code; a loader patches the immediate
// of an addition just as well:
//
//   %1:gpr = LD_imm64 @"llvm.file:0:32$0:1"       r1 = 32          ; relocated
//   %2:gpr = ADD_rr %0, %1                        r3 += r1
// =>
//   %2:gpr = CORE_SHIFT ADD_ri, %0, @"llvm.file…" r3 += 32         ; relocated
//
// CORE_SHIFT is how the target writes any two-operand instruction with a
// relocated immediate (its BTFDebug::InstLower takes the opcode from the
// operand), used by it for shifts only. It does not say that result and first
// operand are one register, so that is said here.
//
// Only when every use folds: otherwise the number stays in its register, and
// `offset + base` in it costs no copy of the base.

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/MachineRegisterInfo.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/DebugInfo/BTF/BTF.h>
#include <llvm/IR/GlobalVariable.h>

using namespace llvm;

namespace whistler::backend {

unsigned findOpcode(const MCInstrInfo &instructions, StringRef name) {
  for (unsigned opcode = 1; opcode != instructions.getNumOpcodes(); ++opcode)
    if (instructions.getName(opcode) == name)
      return opcode;
  return 0;
}

namespace {

/// The global behind a relocation of a field, by the name that the target and
/// BindRelocations give it: "llvm.<type>:<kind>:<value>$<path>".
const GlobalVariable *relocatedField(const MachineInstr &inst) {
  const MachineOperand &operand = inst.getOperand(1);
  if (!operand.isGlobal())
    return nullptr;
  auto *global = dyn_cast<GlobalVariable>(operand.getGlobal());
  if (!global || !global->hasAttribute("btf_ama"))
    return nullptr;
  unsigned kind = 0;
  StringRef text = global->getName().split(':').second.split(':').first;
  if (text.getAsInteger(10, kind) || kind > BTF::FIELD_RSHIFT_U64)
    return nullptr;
  return global;
}

class FoldRelocations : public MachineFunctionPass {
public:
  static char ID;
  FoldRelocations() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Fold relocations"; }

  void getAnalysisUsage(AnalysisUsage &usage) const override {
    usage.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(usage);
  }

  bool runOnMachineFunction(MachineFunction &function) override {
    instructions_ = function.getSubtarget().getInstrInfo();
    registers_ = &function.getRegInfo();
    number_ = findOpcode(*instructions_, "LD_imm64");
    addition_ = findOpcode(*instructions_, "ADD_rr");
    subtraction_ = findOpcode(*instructions_, "SUB_rr");
    addImmediate_ = findOpcode(*instructions_, "ADD_ri");
    subtractImmediate_ = findOpcode(*instructions_, "SUB_ri");
    relocated_ = findOpcode(*instructions_, "CORE_SHIFT");
    if (!number_ || !addition_ || !subtraction_ || !addImmediate_ ||
        !subtractImmediate_ || !relocated_)
      return false;
    SmallVector<MachineInstr *, 16> numbers;
    for (MachineBasicBlock &block : function)
      for (MachineInstr &inst : block)
        if (inst.getOpcode() == number_ && relocatedField(inst))
          numbers.push_back(&inst);
    bool changed = false;
    for (MachineInstr *number : numbers)
      changed |= fold(*number);
    return changed;
  }

private:
  bool fold(MachineInstr &number) {
    Register value = number.getOperand(0).getReg();
    SmallVector<MachineOperand *, 4> uses;
    for (MachineOperand &use : registers_->use_nodbg_operands(value)) {
      if (!isFoldable(use))
        return false;
      uses.push_back(&use);
    }
    if (uses.empty())
      return false;
    for (MachineOperand *use : uses)
      rewrite(*use, *relocatedField(number));
    registers_->markUsesInDebugValueAsUndef(value);
    number.eraseFromParent();
    return true;
  }

  bool isFoldable(const MachineOperand &use) const {
    const MachineInstr &user = *use.getParent();
    unsigned opcode = user.getOpcode();
    if (opcode != addition_ && opcode != subtraction_)
      return false;
    bool isSecond = &use == &user.getOperand(2);
    if (opcode == subtraction_ && !isSecond)
      return false;
    const MachineOperand &other = user.getOperand(isSecond ? 1 : 2);
    return other.getReg().isVirtual() && other.getReg() != use.getReg() &&
           !other.getSubReg() && !use.getSubReg();
  }

  void rewrite(MachineOperand &use, const GlobalVariable &field) {
    MachineInstr &user = *use.getParent();
    bool isSecond = &use == &user.getOperand(2);
    const MachineOperand &other = user.getOperand(isSecond ? 1 : 2);
    MachineInstr *folded =
        BuildMI(*user.getParent(), user, user.getDebugLoc(),
                instructions_->get(relocated_), user.getOperand(0).getReg())
            .addImm(user.getOpcode() == addition_ ? addImmediate_
                                                  : subtractImmediate_)
            .addReg(other.getReg())
            .addGlobalAddress(&field);
    if (!folded->getOperand(2).isTied())
      folded->tieOperands(0, 2);
    registers_->clearKillFlags(other.getReg());
    user.eraseFromParent();
  }

  const TargetInstrInfo *instructions_ = nullptr;
  MachineRegisterInfo *registers_ = nullptr;
  unsigned number_ = 0, addition_ = 0, subtraction_ = 0;
  unsigned addImmediate_ = 0, subtractImmediate_ = 0, relocated_ = 0;
};

char FoldRelocations::ID = 0;

} // namespace

FunctionPass *createFoldRelocations() { return new FoldRelocations(); }

} // namespace whistler::backend
