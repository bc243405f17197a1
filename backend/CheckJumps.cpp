// A jump reaches 32,767 instructions; one that goes further is a fatal error
// of the target's assembler, which ends the process. Here it is an error, and
// the jump goes somewhere near so that assembling what nobody will see goes on.
// Jumps with 32 bits, of CPU level 4, reach everywhere.

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/IR/DiagnosticInfo.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr int64_t kLongestJump = 32767;

class CheckJumps : public MachineFunctionPass {
public:
  static char ID;
  CheckJumps() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Check jumps"; }

  bool runOnMachineFunction(MachineFunction &function) override {
    instructions_ = function.getSubtarget().getInstrInfo();
    farJump_ = findOpcode(*instructions_, "JMPL");
    wideNumber_ = findOpcode(*instructions_, "LD_imm64");
    address_ = findOpcode(*instructions_, "LD_pseudo");
    DenseMap<const MachineBasicBlock *, int64_t> places;
    int64_t size = 0;
    for (const MachineBasicBlock &block : function) {
      places[&block] = size;
      for (const MachineInstr &inst : block)
        size += slots(inst);
    }
    if (size <= kLongestJump)
      return false;
    bool changed = false;
    for (MachineBasicBlock &block : function) {
      int64_t at = places[&block];
      for (MachineInstr &inst : block) {
        at += slots(inst);
        changed |= shorten(inst, at, places);
      }
    }
    if (changed)
      refuse(function.getFunction(), size);
    return changed;
  }

private:
  /// At most.
  int64_t slots(const MachineInstr &inst) const {
    if (inst.isInlineAsm()) {
      StringRef text = inst.getOperand(0).getSymbolName();
      return text.empty() ? 0 : 2 * (int64_t(text.count('\n')) + 1);
    }
    if (inst.isMetaInstruction())
      return 0;
    bool isWide =
        inst.getOpcode() == wideNumber_ || inst.getOpcode() == address_;
    return isWide ? 2 : 1;
  }

  bool shorten(MachineInstr &inst, int64_t from,
               const DenseMap<const MachineBasicBlock *, int64_t> &places) {
    if (!inst.isBranch() || inst.getOpcode() == farJump_)
      return false;
    // Not the entry, which gets no label.
    MachineBasicBlock *near = inst.getParent()->getNextNode();
    if (!near)
      near = inst.getParent();
    bool changed = false;
    for (MachineOperand &operand : inst.operands())
      if (operand.isMBB() &&
          std::abs(places.lookup(operand.getMBB()) - from) > kLongestJump) {
        near->setLabelMustBeEmitted();
        operand.setMBB(near);
        changed = true;
      }
    return changed;
  }

  static void refuse(const Function &function, int64_t size) {
    function.getContext().diagnose(DiagnosticInfoUnsupported(
        function,
        "too large: " + Twine(size) + " instructions, and a jump reaches " +
            Twine(kLongestJump),
        DiagnosticLocation(function.getSubprogram())));
  }

  const TargetInstrInfo *instructions_ = nullptr;
  unsigned farJump_ = 0, wideNumber_ = 0, address_ = 0;
};

char CheckJumps::ID = 0;

} // namespace

FunctionPass *createCheckJumps() { return new CheckJumps(); }

} // namespace whistler::backend
