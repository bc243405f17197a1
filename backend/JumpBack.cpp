// Where the code of a loop's end lies directly before its start, the way back
// is no jump but the next instruction. The verifiers of old kernels (5.10 among
// them) know loops by their jumps: any other instruction whose successor is
// being visited already is refused as "back-edge from insn 7 to 8"
// (push_insn's loop_ok in check_cfg). So there is a jump to the next
// instruction, which the verifier removes again (opt_remove_nops, Linux 5.1):
//
//     goto test                        goto test
//   body:                            body:
//     r1 += 1                          r1 += 1
//   test:                     =>       goto test
//     if r1 < r2 goto body           test:
//                                      if r1 < r2 goto body
//
// Must run when no block moves any more.

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/CodeGen/MachineDominators.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>

using namespace llvm;

namespace whistler::backend {

namespace {

class JumpBack : public MachineFunctionPass {
public:
  static char ID;
  JumpBack() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Jump back"; }

  bool runOnMachineFunction(MachineFunction &function) override {
    const TargetInstrInfo &instructions =
        *function.getSubtarget().getInstrInfo();
    unsigned jump = findOpcode(instructions, "JMP");
    MachineDominatorTree dominators(function);
    bool changed = false;
    for (MachineBasicBlock &block : function) {
      MachineBasicBlock *next = block.getNextNode();
      if (!jump || !next || !block.isSuccessor(next) ||
          !dominators.dominates(next, &block) || endsInJump(block))
        continue;
      BuildMI(block, block.end(), block.findDebugLoc(block.end()),
              instructions.get(jump))
          .addMBB(next);
      changed = true;
    }
    return changed;
  }

private:
  /// A conditional jump may fall through into a loop.
  static bool endsInJump(MachineBasicBlock &block) {
    auto last = block.getLastNonDebugInstr();
    return last != block.end() && last->isBranch();
  }
};

char JumpBack::ID = 0;

} // namespace

FunctionPass *createJumpBack() { return new JumpBack(); }

} // namespace whistler::backend
