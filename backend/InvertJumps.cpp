// The target can't reverse a condition, so its code jumps over jumps:
//
//     if r1 > 1000 goto A                     if r1 <= 1000 goto B
//     goto B                           =>   A:
//   A:
//
// One instruction less on every way that doesn't go to B. Each of the target's
// conditional jumps but "any bit set" has an opposite.

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// By the names of the target's instructions, without `_rr`, `_ri_32` and so
/// on behind them.
constexpr std::pair<StringLiteral, StringLiteral> kOpposites[] = {
    {"JEQ", "JNE"},   {"JUGT", "JULE"}, {"JUGE", "JULT"},
    {"JSGT", "JSLE"}, {"JSGE", "JSLT"},
};
constexpr StringLiteral kForms[] = {"_rr", "_ri", "_rr_32", "_ri_32"};

class InvertJumps : public MachineFunctionPass {
public:
  static char ID;
  InvertJumps() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Invert jumps"; }

  bool runOnMachineFunction(MachineFunction &function) override {
    const TargetInstrInfo &instructions =
        *function.getSubtarget().getInstrInfo();
    readOpcodes(instructions);
    bool changed = false;
    for (MachineBasicBlock &block : function)
      changed |= invert(block, instructions);
    return changed;
  }

private:
  void readOpcodes(const TargetInstrInfo &instructions) {
    opposites_.clear();
    jump_ = findOpcode(instructions, "JMP");
    for (const auto &[one, other] : kOpposites)
      for (StringRef form : kForms) {
        unsigned a = findOpcode(instructions, (one + form).str());
        unsigned b = findOpcode(instructions, (other + form).str());
        if (!a || !b)
          continue;
        opposites_[a] = b;
        opposites_[b] = a;
      }
  }

  bool invert(MachineBasicBlock &block, const TargetInstrInfo &instructions) {
    auto last = block.getLastNonDebugInstr();
    if (last == block.end() || last->getOpcode() != jump_ ||
        last == block.begin())
      return false;
    auto condition = prev_nodbg(last, block.begin());
    auto opposite = opposites_.find(condition->getOpcode());
    if (opposite == opposites_.end())
      return false;
    MachineOperand &target =
        condition->getOperand(condition->getNumExplicitOperands() - 1);
    if (!target.isMBB() || !block.isLayoutSuccessor(target.getMBB()))
      return false;
    condition->setDesc(instructions.get(opposite->second));
    target.setMBB(last->getOperand(0).getMBB());
    last->eraseFromParent();
    return true;
  }

  DenseMap<unsigned, unsigned> opposites_;
  unsigned jump_ = 0;
};

char InvertJumps::ID = 0;

} // namespace

FunctionPass *createInvertJumps() { return new InvertJumps(); }

} // namespace whistler::backend
