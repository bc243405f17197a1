// Loads that must each stay an instruction of their own. The verifier notes
// for every load the kind of pointer that it goes through, and refuses the
// program when another path brings another kind (check_mem_access's caller in
// do_check: "same insn cannot be used with different pointers"). LLVM merges
// the last loads of two arms into one load of a joined address:
//
//   a: %x = load i64, ptr %task.field, !whistler.pinned !0
//   b: %y = load i64, ptr %map.value
// would become
//   %z = load i64, ptr (phi %task.field, %map.value)
//
// Until code generation a pinned load is a call of the target's own intrinsic,
// which has `nomerge` and is made a load again by the target's
// BPFCheckAndAdjustIR:
//
//   %x = call i64 @llvm.bpf.getelementptr.and.load.i64(ptr %task.field, …)
//   nomerge
//
// Its TBAA tag, which aliases with everything, goes down into the machine
// instruction's memory operand. There it is branch folding that merges equal
// ends of blocks; it leaves alone what has the flag NoMerge.
//
// Where a test has shown the base to be null, LLVM puts 0 for it, and the
// verifier sees a load through a number. The kernel gives 0 for a load that
// faults (ex_handler_bpf); such a load becomes this 0.
//
// A context load has its constant offset in the call: the target's own pass
// for these (BPFPreserveStaticOffset) knows no `nomerge`, and leaves loads at
// offset 0 what they are.

#include "PinLoads.h"

#include "MachinePasses.h"
#include "whistler/backend/Target.h"

#include <llvm/CodeGen/MachineFunctionPass.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicsBPF.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/Transforms/Utils/Local.h>

using namespace llvm;

namespace whistler::backend {

namespace {

MDNode *pinnedTag(LLVMContext &context) {
  MDBuilder builder(context);
  MDNode *type = builder.createTBAAScalarTypeNode(
      kPinnedLoad, builder.createTBAARoot(kPinnedLoad));
  return builder.createTBAAStructTagNode(type, type, 0);
}

bool isPinnedTag(const MDNode *tag) {
  if (!tag || tag->getNumOperands() < 2)
    return false;
  auto *type = dyn_cast<MDNode>(tag->getOperand(1));
  auto *name = type && type->getNumOperands() != 0
                   ? dyn_cast<MDString>(type->getOperand(0))
                   : nullptr;
  return name && name->getString() == StringRef(kPinnedLoad);
}

/// What the address is counted from: the context for a field at a constant
/// offset of it, otherwise the address itself. None for another offset in the
/// context: there the target's pass has to say that it can't be.
struct Address {
  Value *base;
  int64_t offset = 0;
};

std::optional<Address> addressOf(Value *pointer) {
  auto isContext = [](Value *value) {
    auto *call = dyn_cast<IntrinsicInst>(value);
    return call && call->getIntrinsicID() == Intrinsic::preserve_static_offset;
  };
  if (isContext(pointer))
    return Address{cast<CallInst>(pointer)->getArgOperand(0)};
  auto *field = dyn_cast<GetElementPtrInst>(pointer);
  if (!field || !isContext(field->getPointerOperand()))
    return Address{pointer};
  APInt offset(64, 0);
  if (!field->accumulateConstantOffset(field->getDataLayout(), offset))
    return std::nullopt;
  return Address{cast<CallInst>(field->getPointerOperand())->getArgOperand(0),
                 offset.getSExtValue()};
}

void pin(LoadInst &load, MDNode *tag) {
  auto address = addressOf(load.getPointerOperand());
  if (!address)
    return;
  IRBuilder<> builder(&load);
  CallInst *call = builder.CreateIntrinsic(
      Intrinsic::bpf_getelementptr_and_load, {load.getType()},
      {address->base, builder.getInt1(load.isVolatile()),
       builder.getInt8(static_cast<uint8_t>(load.getOrdering())),
       builder.getInt8(load.getSyncScopeID()),
       builder.getInt8(Log2(load.getAlign())), builder.getInt1(false),
       builder.getInt64(address->offset)});
  LLVMContext &context = load.getContext();
  call->addParamAttr(
      0, Attribute::get(context, Attribute::ElementType, builder.getInt8Ty()));
  call->addParamAttr(call->arg_size() - 1, Attribute::ImmArg);
  call->addFnAttr(Attribute::NoMerge);
  call->setDoesNotThrow();
  MemoryEffects effects = MemoryEffects::argMemOnly(ModRefInfo::Ref);
  if (load.isVolatile()) // nobody may leave it out or do it twice
    effects |= MemoryEffects::inaccessibleMemOnly();
  call->setMemoryEffects(effects);
  call->setMetadata(LLVMContext::MD_tbaa, tag);
  call->takeName(&load);
  load.replaceAllUsesWith(call);
  SmallVector<WeakTrackingVH, 1> pointer{load.getPointerOperand()};
  load.eraseFromParent();
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(pointer);
}

/// A relocated number; see BindRelocations.cpp.
bool isRelocated(const Value *value) {
  auto *load = dyn_cast<LoadInst>(value);
  auto *symbol =
      load ? dyn_cast<GlobalVariable>(load->getPointerOperand()) : nullptr;
  return symbol && symbol->hasMetadata(LLVMContext::MD_preserve_access_index);
}

/// Whether `pointer` leads to a field of a record at 0: what is left of
/// `null + offset` when LLVM has found the base to be null.
bool isOffNull(const Value *pointer) {
  if (isa<ConstantPointerNull>(pointer))
    return true;
  if (auto *field = dyn_cast<GetElementPtrInst>(pointer))
    return isOffNull(field->getPointerOperand());
  if (auto *call = dyn_cast<IntrinsicInst>(pointer))
    return call->getIntrinsicID() == Intrinsic::bpf_passthrough &&
           isOffNull(call->getArgOperand(1));
  auto *number = dyn_cast<Operator>(pointer);
  return number && number->getOpcode() == Instruction::IntToPtr &&
         (isRelocated(number->getOperand(0)) ||
          isa<ConstantInt>(number->getOperand(0)));
}

class KeepPinnedLoads : public MachineFunctionPass {
public:
  static char ID;
  KeepPinnedLoads() : MachineFunctionPass(ID) {}
  StringRef getPassName() const override { return "Keep pinned loads"; }

  void getAnalysisUsage(AnalysisUsage &usage) const override {
    usage.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(usage);
  }

  bool runOnMachineFunction(MachineFunction &function) override {
    bool changed = false;
    for (MachineBasicBlock &block : function)
      for (MachineInstr &inst : block)
        if (any_of(inst.memoperands(), [](const MachineMemOperand *memory) {
              return isPinnedTag(memory->getAAInfo().TBAA);
            })) {
          inst.setFlag(MachineInstr::NoMerge);
          changed = true;
        }
    return changed;
  }
};

char KeepPinnedLoads::ID = 0;

} // namespace

void pinLoads(Module &module) {
  SmallVector<LoadInst *, 16> loads;
  for (Function &function : module)
    for (Instruction &inst : instructions(function))
      if (auto *load = dyn_cast<LoadInst>(&inst);
          load && load->hasMetadata(kPinnedLoad))
        loads.push_back(load);
  if (loads.empty())
    return;
  MDNode *tag = pinnedTag(module.getContext());
  for (LoadInst *load : loads)
    pin(*load, tag);
}

void foldNullLoads(Module &module) {
  for (Function &function : module)
    for (Instruction &inst : make_early_inc_range(instructions(function))) {
      auto *load = dyn_cast<IntrinsicInst>(&inst);
      if (load &&
          load->getIntrinsicID() == Intrinsic::bpf_getelementptr_and_load &&
          isPinnedTag(load->getMetadata(LLVMContext::MD_tbaa)) &&
          isOffNull(load->getArgOperand(0))) {
        load->replaceAllUsesWith(Constant::getNullValue(load->getType()));
        load->eraseFromParent();
      }
    }
}

FunctionPass *createKeepPinnedLoads() { return new KeepPinnedLoads(); }

} // namespace whistler::backend
