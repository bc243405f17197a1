// A stack buffer seen as if a kernel record began before it is the buffer's
// address minus a number that the loader writes. The frame's layout is known
// last, so the target makes the address first and subtracts then; with the
// layout known, the distance from the frame pointer is where to begin:
//
//   r8 = r10                                r1 = r10
//   r8 += -176                              r1 += -176
//   r1 = r8                                 call read
//   call read                          =>   r8 = -176
//   r1 = 0                                  r8 -= 1164       ; relocated
//   r1 -= 1164       ; relocated            r8 += r10
//   r8 += r1
//
// The verifier knows the sum in both: a number plus the frame pointer. Within a
// block, behind the pass that lays out the frame.

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetOpcodes.h>
#include <llvm/CodeGen/TargetRegisterInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// The instructions around one view.
struct View {
  MachineInstr *sum = nullptr;           ///< address += difference
  MachineInstr *difference = nullptr;    ///< difference -= number
  MachineInstr *hidden = nullptr;        ///< the empty asm statement
  MachineInstr *zero = nullptr;          ///< difference = 0
  MachineInstr *frame = nullptr;         ///< address = frame pointer
  MachineInstr *offset = nullptr;        ///< address += constant
  SmallVector<MachineInstr *, 2> copies; ///< of the address
};

class FoldFrameViews : public MachineFunctionPass {
public:
  static char ID;
  FoldFrameViews() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Fold frame views"; }

  bool runOnMachineFunction(MachineFunction &function) override {
    instructions_ = function.getSubtarget().getInstrInfo();
    registers_ = function.getSubtarget().getRegisterInfo();
    framePointer_ = registers_->getFrameRegister(function);
    copy_ = findOpcode(*instructions_, "MOV_rr");
    number_ = findOpcode(*instructions_, "MOV_ri");
    add_ = findOpcode(*instructions_, "ADD_rr");
    addImmediate_ = findOpcode(*instructions_, "ADD_ri");
    subtract_ = findOpcode(*instructions_, "SUB_rr");
    relocated_ = findOpcode(*instructions_, "CORE_SHIFT");
    subtractImmediate_ = findOpcode(*instructions_, "SUB_ri");
    SmallVector<View, 4> views;
    for (MachineBasicBlock &block : function)
      for (MachineInstr &inst : block)
        if (auto view = match(inst))
          views.push_back(std::move(*view));
    for (const View &view : views)
      rewrite(view);
    return !views.empty();
  }

private:
  std::optional<View> match(MachineInstr &sum) const {
    if (sum.getOpcode() != add_ || !sum.getOperand(2).isKill())
      return std::nullopt;
    View view;
    view.sum = &sum;
    Register address = sum.getOperand(0).getReg();
    Register difference = sum.getOperand(2).getReg();
    if (address == difference || !matchDifference(view, difference) ||
        !matchAddress(view, address) || !isMovable(view))
      return std::nullopt;
    return view.copies.size() < 2 ? std::optional(view) : std::nullopt;
  }

  /// difference = 0; asm; difference -= number, and nothing else with it.
  bool matchDifference(View &view, Register difference) const {
    for (MachineInstr *inst = view.sum->getPrevNode(); inst;
         inst = inst->getPrevNode()) {
      if (inst->isDebugInstr() || !touches(*inst, difference))
        continue;
      if (!view.difference && isSubtraction(*inst)) {
        view.difference = inst;
      } else if (view.difference && !view.hidden && inst->isInlineAsm() &&
                 inst->modifiesRegister(difference, registers_)) {
        view.hidden = inst;
      } else if (view.hidden && inst->getOpcode() == number_ &&
                 inst->getOperand(1).isImm() &&
                 inst->getOperand(1).getImm() == 0) {
        view.zero = inst;
        return true;
      } else {
        return false;
      }
    }
    return false;
  }

  /// address = frame pointer; address += constant, and then only copied.
  bool matchAddress(View &view, Register address) const {
    for (MachineInstr *inst = view.sum->getPrevNode(); inst;
         inst = inst->getPrevNode()) {
      if (inst->isDebugInstr() || !touches(*inst, address))
        continue;
      if (view.offset) {
        view.frame = inst;
        return inst->getOpcode() == copy_ &&
               inst->getOperand(0).getReg() == address &&
               inst->getOperand(1).getReg() == framePointer_;
      }
      if (inst->getOpcode() == addImmediate_ && inst->getOperand(2).isImm())
        view.offset = inst;
      else if (isCopy(*inst) && inst->getOperand(0).getReg() != address)
        view.copies.push_back(inst);
      else
        return false;
    }
    return false;
  }

  /// Whether what is subtracted is still there at the sum.
  bool isMovable(const View &view) const {
    const MachineOperand &number = view.difference->getOperand(2);
    if (view.difference->getOpcode() != subtract_)
      return true;
    for (MachineInstr *inst = view.difference->getNextNode(); inst != view.sum;
         inst = inst->getNextNode())
      if (inst->modifiesRegister(number.getReg(), registers_))
        return false;
    return number.getReg() != view.sum->getOperand(0).getReg();
  }

  bool isCopy(const MachineInstr &inst) const {
    return inst.getOpcode() == copy_ || inst.getOpcode() == TargetOpcode::COPY;
  }

  bool touches(const MachineInstr &inst, Register reg) const {
    return inst.readsRegister(reg, registers_) ||
           inst.modifiesRegister(reg, registers_);
  }

  bool isSubtraction(const MachineInstr &inst) const {
    return inst.getOpcode() == subtract_ ||
           (inst.getOpcode() == relocated_ &&
            inst.getOperand(1).getImm() == subtractImmediate_);
  }

  void rewrite(const View &view) const {
    MachineBasicBlock &block = *view.sum->getParent();
    Register address = view.sum->getOperand(0).getReg();
    int64_t offset = view.offset->getOperand(2).getImm();
    for (MachineInstr *copy : view.copies) {
      Register to = copy->getOperand(0).getReg();
      copy->setDesc(instructions_->get(copy_));
      copy->getOperand(1).setReg(framePointer_);
      copy->getOperand(1).setIsKill(false);
      BuildMI(block, std::next(copy->getIterator()), copy->getDebugLoc(),
              instructions_->get(addImmediate_), to)
          .addReg(to)
          .addImm(offset);
    }
    BuildMI(block, view.sum, view.difference->getDebugLoc(),
            instructions_->get(number_), address)
        .addImm(offset);
    view.difference->moveBefore(view.sum);
    Register difference = view.difference->getOperand(0).getReg();
    for (MachineOperand &operand : view.difference->operands())
      if (operand.isReg() && operand.getReg() == difference)
        operand.setReg(address);
    view.sum->getOperand(2).setReg(framePointer_);
    view.sum->getOperand(2).setIsKill(false);
    for (MachineInstr *gone : {view.zero, view.hidden, view.frame, view.offset})
      gone->eraseFromParent();
  }

  const TargetInstrInfo *instructions_ = nullptr;
  const TargetRegisterInfo *registers_ = nullptr;
  Register framePointer_;
  unsigned copy_ = 0, number_ = 0, add_ = 0, addImmediate_ = 0;
  unsigned subtract_ = 0, relocated_ = 0, subtractImmediate_ = 0;
};

char FoldFrameViews::ID = 0;

} // namespace

FunctionPass *createFoldFrameViews() { return new FoldFrameViews(); }

} // namespace whistler::backend
