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
// The verifier knows the sum in both: a number plus the frame pointer. A place
// in a buffer that is so many relocated bytes from its beginning, likewise:
//
//   r1 = r10
//   r1 += -288
//   r1 += r6                                r6 += r10
//   r2 = *(u64 *)(r1 + 0)              =>   r2 = *(u64 *)(r6 - 288)
//
// Within a block, behind the pass that lays out the frame. In programs only: in
// a function that is called the verifier takes a number plus the frame pointer
// for an address in the program's frame, whatever is there
// (adjust_ptr_min_max_vals copies the pointer's type and not its frame number).

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetOpcodes.h>
#include <llvm/CodeGen/TargetRegisterInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/IR/InlineAsm.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// The instructions around one view.
struct View {
  MachineInstr *sum = nullptr;             ///< address += difference
  MachineInstr *difference = nullptr;      ///< difference -= number
  MachineInstr *zero = nullptr;            ///< difference = 0, by asm statement
  MachineInstr *frame = nullptr;           ///< address = frame pointer
  MachineInstr *offset = nullptr;          ///< address += constant
  SmallVector<MachineInstr *, 2> copies;   ///< of the address
  SmallVector<MachineInstr *, 4> accesses; ///< through a sum with a distance
};

/// What the passes that make views write (passes/WindowWriter.cpp).
constexpr StringLiteral kZero = "$0 = 0";

class FoldFrameViews : public MachineFunctionPass {
public:
  static char ID;
  FoldFrameViews() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Fold frame views"; }

  bool runOnMachineFunction(MachineFunction &function) override {
    if (!isProgram(function.getFunction()))
      return false;
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
      view.difference ? rewrite(view) : rewriteDistance(view);
    return !views.empty();
  }

private:
  /// What is called is in .text.
  static bool isProgram(const Function &function) {
    return function.hasSection() && function.getSection() != ".text";
  }

  std::optional<View> match(MachineInstr &sum) const {
    if (sum.getOpcode() != add_ || !sum.getOperand(2).isKill())
      return std::nullopt;
    View view;
    view.sum = &sum;
    Register address = sum.getOperand(0).getReg();
    Register difference = sum.getOperand(2).getReg();
    if (address == difference || !matchAddress(view, address) ||
        view.copies.size() > 1)
      return std::nullopt;
    bool isView = matchDifference(view, difference) && isMovable(view);
    if (!isView)
      view.difference = nullptr;
    return isView || matchAccesses(view, address) ? std::optional(view)
                                                  : std::nullopt;
  }

  /// difference = 0; difference -= number, and nothing else with it.
  bool matchDifference(View &view, Register difference) const {
    for (MachineInstr *inst = view.sum->getPrevNode(); inst;
         inst = inst->getPrevNode()) {
      if (inst->isDebugInstr() || !touches(*inst, difference))
        continue;
      if (!view.difference && isSubtraction(*inst)) {
        view.difference = inst;
      } else {
        view.zero = inst;
        return view.difference && inst->isInlineAsm() &&
               StringRef(inst->getOperand(InlineAsm::MIOp_AsmString)
                             .getSymbolName()) == kZero;
      }
    }
    return false;
  }

  /// Nothing but loads and stores through the sum, to the last of its uses.
  bool matchAccesses(View &view, Register address) const {
    int64_t offset = view.offset->getOperand(2).getImm();
    Register distance = view.sum->getOperand(2).getReg();
    for (MachineInstr *inst = view.sum->getNextNode(); inst;
         inst = inst->getNextNode()) {
      if (inst->isDebugInstr())
        continue;
      if (inst->readsRegister(address, registers_)) {
        if (!isAccess(*inst, address) ||
            !isInt<16>(inst->getOperand(2).getImm() + offset))
          return false;
        view.accesses.push_back(inst);
      }
      if (inst->killsRegister(address, registers_) ||
          inst->modifiesRegister(address, registers_))
        return !view.accesses.empty();
      if (inst->modifiesRegister(distance, registers_))
        return false;
    }
    return false;
  }

  /// value, address, offset.
  static bool isAccess(const MachineInstr &inst, Register address) {
    return inst.mayLoadOrStore() && !inst.isCall() && !inst.isInlineAsm() &&
           inst.getNumExplicitOperands() == 3 && inst.getOperand(1).isReg() &&
           inst.getOperand(1).getReg() == address &&
           inst.getOperand(2).isImm() &&
           (!inst.getOperand(0).isReg() || inst.getOperand(0).isDef() ||
            inst.getOperand(0).getReg() != address);
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
    rewriteCopies(view);
    BuildMI(block, view.sum, view.difference->getDebugLoc(),
            instructions_->get(number_), address)
        .add(view.offset->getOperand(2));
    view.difference->moveBefore(view.sum);
    Register difference = view.difference->getOperand(0).getReg();
    for (MachineOperand &operand : view.difference->operands())
      if (operand.isReg() && operand.getReg() == difference)
        operand.setReg(address);
    view.sum->getOperand(2).setReg(framePointer_);
    view.sum->getOperand(2).setIsKill(false);
    for (MachineInstr *gone : {view.zero, view.frame, view.offset})
      gone->eraseFromParent();
  }

  void rewriteCopies(const View &view) const {
    for (MachineInstr *copy : view.copies) {
      Register to = copy->getOperand(0).getReg();
      copy->setDesc(instructions_->get(copy_));
      copy->getOperand(1).setReg(framePointer_);
      copy->getOperand(1).setIsKill(false);
      BuildMI(*copy->getParent(), std::next(copy->getIterator()),
              copy->getDebugLoc(), instructions_->get(addImmediate_), to)
          .addReg(to)
          .add(view.offset->getOperand(2));
    }
  }

  void rewriteDistance(const View &view) const {
    rewriteCopies(view);
    Register distance = view.sum->getOperand(2).getReg();
    for (MachineInstr *access : view.accesses) {
      access->getOperand(1).setReg(distance);
      MachineOperand &offset = access->getOperand(2);
      offset.setImm(offset.getImm() + view.offset->getOperand(2).getImm());
    }
    view.sum->getOperand(0).setReg(distance);
    view.sum->getOperand(1).setReg(distance);
    view.sum->getOperand(1).setIsKill();
    view.sum->getOperand(2).setReg(framePointer_);
    view.sum->getOperand(2).setIsKill(false);
    for (MachineInstr *gone : {view.frame, view.offset})
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
