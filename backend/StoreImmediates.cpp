// A constant that is stored is the immediate of its store. The target
// knows the instruction at every CPU level and uses it at v4 only, where it is
// new to assemblers; the kernel has had it from the beginning:
//
//   r1 = 0                                      *(u32 *)(r10 - 4) = 0
//   *(u32 *)(r10 - 4) = r1               =>
//
// Only into memory that is the stack, what a helper returned (a record, a map
// value) or a variable: up to 6.2 the verifier refuses such a store into the
// context (check_mem_access, "BPF_ST stores into R%d ctx is not allowed").

#include "MachinePasses.h"
#include "Opcodes.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/CodeGen/MachineInstrBuilder.h>
#include <llvm/CodeGen/MachineRegisterInfo.h>
#include <llvm/CodeGen/TargetInstrInfo.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/Instructions.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// The target's names of a store from a register and of one of an immediate.
constexpr std::pair<StringLiteral, StringLiteral> kStores[] = {
    {"STB", "STB_imm"},   {"STH", "STH_imm"},   {"STW", "STW_imm"},
    {"STD", "STD_imm"},   {"STB32", "STB_imm"}, {"STH32", "STH_imm"},
    {"STW32", "STW_imm"},
};

bool mayTakeImmediate(const MachineInstr &store) {
  if (store.getOperand(1).isFI())
    return true;
  if (!store.hasOneMemOperand())
    return false;
  const MachineMemOperand &memory = **store.memoperands_begin();
  if (!memory.getValue())
    return false;
  const Value *object = getUnderlyingObject(memory.getValue());
  auto *call = dyn_cast<CallInst>(object);
  return isa<AllocaInst, GlobalVariable>(object) ||
         (call && !call->getCalledFunction());
}

class StoreImmediates : public MachineFunctionPass {
public:
  static char ID;
  StoreImmediates() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Store immediates"; }

  void getAnalysisUsage(AnalysisUsage &usage) const override {
    usage.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(usage);
  }

  bool runOnMachineFunction(MachineFunction &function) override {
    instructions_ = function.getSubtarget().getInstrInfo();
    registers_ = &function.getRegInfo();
    readOpcodes();
    SmallVector<MachineInstr *, 16> numbers;
    for (MachineBasicBlock &block : function)
      for (MachineInstr &inst : block)
        if ((inst.getOpcode() == number_ || inst.getOpcode() == number32_) &&
            inst.getOperand(1).isImm() &&
            isInt<32>(inst.getOperand(1).getImm()))
          numbers.push_back(&inst);
    bool changed = false;
    for (MachineInstr *number : numbers)
      changed |= fold(*number);
    return changed;
  }

private:
  void readOpcodes() {
    number_ = findOpcode(*instructions_, "MOV_ri");
    number32_ = findOpcode(*instructions_, "MOV_ri_32");
    immediate_.clear();
    for (const auto &[plain, immediate] : kStores)
      if (unsigned opcode = findOpcode(*instructions_, immediate))
        immediate_[findOpcode(*instructions_, plain)] = opcode;
  }

  bool fold(MachineInstr &number) {
    Register value = number.getOperand(0).getReg();
    SmallVector<MachineInstr *, 4> stores;
    for (MachineOperand &use : registers_->use_nodbg_operands(value)) {
      MachineInstr &store = *use.getParent();
      if (immediate_.contains(store.getOpcode()) &&
          &use == &store.getOperand(0) && !use.getSubReg() &&
          mayTakeImmediate(store))
        stores.push_back(&store);
    }
    if (stores.empty())
      return false;
    for (MachineInstr *store : stores) {
      BuildMI(*store->getParent(), *store, store->getDebugLoc(),
              instructions_->get(immediate_.lookup(store->getOpcode())))
          .addImm(number.getOperand(1).getImm())
          .add(store->getOperand(1))
          .add(store->getOperand(2))
          .cloneMemRefs(*store);
      store->eraseFromParent();
    }
    if (registers_->use_nodbg_empty(value)) {
      registers_->markUsesInDebugValueAsUndef(value);
      number.eraseFromParent();
    }
    return true;
  }

  const TargetInstrInfo *instructions_ = nullptr;
  MachineRegisterInfo *registers_ = nullptr;
  unsigned number_ = 0, number32_ = 0;
  DenseMap<unsigned, unsigned> immediate_; ///< by the plain store
};

char StoreImmediates::ID = 0;

} // namespace

FunctionPass *createStoreImmediates() { return new StoreImmediates(); }

} // namespace whistler::backend
