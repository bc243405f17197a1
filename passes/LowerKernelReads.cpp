// Kernel reads become calls of bpf_probe_read_kernel:
//
//   %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
// =>
//   call void @llvm.lifetime.start.p0(i64 8, ptr %read.buffer)
//   %address = call ptr @whistler.kernel.address.task_struct.pid(ptr %task)
//   %source = ptrtoint ptr %address to i64
//   call i64 inttoptr (i64 113 to ptr)(ptr %read.buffer, i64 4, i64 %source)
//   %pid = load i32, ptr %read.buffer, align 8
//   call void @llvm.lifetime.end.p0(i64 8, ptr %read.buffer)
//
// Runs after everything that merges or fuses reads and before
// whistler-lower-core, which turns addresses and facts into relocations.
// A bitfield is read into a zeroed buffer by the size that its storage has on
// the running kernel and shifted into place, as BPF_CORE_READ_BITFIELD_PROBED.
//
// The BPF scheduler sinks the arithmetic on the values below all reads of a
// block, and what was one sum is as many values, spilled. Above kManyReads the
// arithmetic on each value that stands before a read is pinned to its place by
// an empty asm statement; below, registers and a few spills cost less.
//
// Code generation also keeps the address of a field for the next read of it,
// however far away. In functions with more than kKeptAddresses reads the base
// goes through an empty asm statement for each.

#include "LowerKernelReads.h"

#include "ReadOrigin.h"
#include "StackRead.h"
#include "whistler/ir/Operations.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicInst.h>

#define DEBUG_TYPE "whistler-lower-kernel-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr unsigned kManyReads = 12, kSharedFrom = 3;
constexpr size_t kKeptAddresses = 128;
constexpr uint64_t kScalarBytes = 8;

/// Where the reads of one block go: a slot for each, or, from kSharedFrom
/// reads on, one slot whose address stays in a register (LLVM makes it anew
/// for every call otherwise, in two instructions).
class Scratch {
public:
  Scratch(BasicBlock &block, ArrayRef<ir::OperationCall> operations);

  /// A slot, alive; `leave` after the value is out of it.
  Value *enter(IRBuilderBase &builder) {
    if (shared_)
      return shared_;
    own_.emplace(builder, kScalarBytes);
    return own_->address();
  }
  void leave(IRBuilderBase &builder) {
    if (own_)
      own_->end(builder);
    own_.reset();
  }

private:
  static AllocaInst *idleDestination(ArrayRef<ir::OperationCall> operations);

  Value *shared_ = nullptr;
  std::optional<StackBuffer> own_;
};

bool isScalarRead(const ir::OperationCall &operation) {
  return operation.operation != ir::Operation::KernelCopy &&
         operation.operation != ir::Operation::Barrier;
}

Scratch::Scratch(BasicBlock &block, ArrayRef<ir::OperationCall> operations) {
  SmallVector<const ir::OperationCall *, 8> reads;
  for (const ir::OperationCall &operation : operations)
    if (isScalarRead(operation))
      reads.push_back(&operation);
  if (reads.size() < kSharedFrom)
    return;
  Instruction *first = reads.front()->call;
  if (AllocaInst *slot = idleDestination(operations)) {
    for (User *user : slot->users())
      if (auto *start = dyn_cast<LifetimeIntrinsic>(user);
          start && start->getIntrinsicID() == Intrinsic::lifetime_start)
        start->moveBefore(first);
    slot->moveBefore(&*block.getParent()->getEntryBlock().begin());
    shared_ = slot;
    return;
  }
  IRBuilder<> builder(first);
  StackBuffer buffer(builder, kScalarBytes);
  builder.SetInsertPoint(reads.back()->call->getNextNode());
  builder.SetCurrentDebugLocation(reads.back()->call->getDebugLoc());
  buffer.end(builder);
  shared_ = buffer.address();
}

/// A stack slot that the last read of the block fills in place and nothing
/// uses before: the reads before it may have it.
AllocaInst *Scratch::idleDestination(ArrayRef<ir::OperationCall> operations) {
  const ir::OperationCall &last = operations.back();
  if (last.operation != ir::Operation::KernelCopy)
    return nullptr;
  auto *slot = dyn_cast<AllocaInst>(last.call->getArgOperand(0));
  if (!slot || !slot->isStaticAlloca() || slot->getAlign() < Align(8) ||
      slot->getAllocationSize(slot->getDataLayout()) !=
          TypeSize::getFixed(kScalarBytes))
    return nullptr;
  for (User *user : slot->users()) {
    auto *inst = cast<Instruction>(user);
    bool isStart = isa<LifetimeIntrinsic>(inst) && inst->comesBefore(last.call);
    if (inst->getParent() != last.call->getParent() ||
        (inst != last.call && !isStart && !last.call->comesBefore(inst)))
      return nullptr;
  }
  return slot;
}

Value *lowerBitfield(IRBuilderBase &builder, const ir::Field &field,
                     Value *base, Scratch &scratch) {
  auto fact = [&](ir::CoreFact fact) {
    return ir::createCoreFact(builder, fact, field);
  };
  Value *slot = scratch.enter(builder);
  builder.CreateAlignedStore(builder.getInt64(0), slot, Align(8));
  Value *source =
      builder.CreatePtrAdd(base, fact(ir::CoreFact::FieldByteOffset));
  createProbeRead(builder, slot, fact(ir::CoreFact::FieldByteSize), source);
  Value *bits = builder.CreateAlignedLoad(builder.getInt64Ty(), slot, Align(8));
  scratch.leave(builder);
  bits = builder.CreateShl(bits, fact(ir::CoreFact::FieldLShiftU64));
  Value *right = fact(ir::CoreFact::FieldRShiftU64);
  return field.isSigned ? builder.CreateAShr(bits, right)
                        : builder.CreateLShr(bits, right);
}

Value *lowerScalar(IRBuilderBase &builder, Type *type, Value *source,
                   Scratch &scratch) {
  uint64_t bytes = type->isPointerTy() ? 8 : type->getIntegerBitWidth() / 8;
  Value *slot = scratch.enter(builder);
  createProbeRead(builder, slot, builder.getInt64(bytes), source);
  Value *value = builder.CreateAlignedLoad(type, slot, Align(8));
  scratch.leave(builder);
  return value;
}

/// `value` behind an empty asm statement: another value to LLVM.
CallInst *pin(IRBuilderBase &builder, Value *value) {
  Type *type = value->getType();
  InlineAsm *nothing =
      InlineAsm::get(FunctionType::get(type, type, false), "", "=r,0",
                     /*hasSideEffects=*/true);
  return builder.CreateCall(nothing, value);
}

void tell(OptimizationRemarkEmitter &remarks,
          const ir::OperationCall &operation) {
  auto origin = originOf(*operation.call);
  if (!origin)
    return;
  ReadCost cost;
  cost.calls = 1;
  cost.bytes = origin->bytes;
  cost.instructions = origin->instructions;
  std::string text = "single read of " + inBytes(origin->bytes);
  if (operation.operation == ir::Operation::KernelCopy)
    text += ", in place";
  else
    cost.stackBytes = kScalarBytes;
  if (operation.field && operation.field->isBitfield())
    text += ", shifted";
  tellFate(remarks, DEBUG_TYPE, *operation.call, "single", text, cost);
}

/// The value that replaces the operation, null when it has none.
Value *lower(const ir::OperationCall &operation, Scratch &scratch) {
  CallInst &call = *operation.call;
  IRBuilder<> builder(&call);
  switch (operation.operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadVolatile:
    if (operation.field->isBitfield())
      return lowerBitfield(builder, *operation.field, operation.base(),
                           scratch);
    return lowerScalar(
        builder, call.getType(),
        ir::createKernelAddress(builder, *operation.field, operation.base()),
        scratch);
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatileAt:
    return lowerScalar(
        builder, call.getType(),
        builder.CreatePtrAdd(operation.base(), call.getArgOperand(1)), scratch);
  case ir::Operation::KernelCopy:
    createProbeRead(builder, call.getArgOperand(0), call.getArgOperand(1),
                    operation.base());
    return nullptr;
  default: // the barrier has done its work
    return nullptr;
  }
}

bool isLoweredHere(ir::Operation operation) {
  switch (operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatile:
  case ir::Operation::KernelLoadVolatileAt:
  case ir::Operation::KernelCopy:
  case ir::Operation::Barrier:
    return true;
  default:
    return false;
  }
}

/// The next call behind an instruction in its block, or null.
Instruction *nextCall(Instruction &inst) {
  Instruction *next = inst.getNextNode();
  while (next && (!isa<CallInst>(next) || isa<IntrinsicInst>(next)))
    next = next->getNextNode();
  return next;
}

/// The last of the operations on `value` before `call` that have only each
/// other for users until then; `value` when there are none.
Instruction &lastOperation(Instruction &value, const Instruction &call) {
  Instruction *last = &value;
  while (last->hasOneUse()) {
    auto *user = cast<Instruction>(*last->user_begin());
    if (!isa<CastInst, BinaryOperator>(user) ||
        user->getParent() != call.getParent() || !user->comesBefore(&call))
      break;
    last = user;
  }
  return *last;
}

/// Keeps the arithmetic on `value` before the next call, as far as it stands
/// there.
void pinArithmetic(Instruction &value) {
  Instruction *call = nextCall(value);
  if (!call)
    return;
  Instruction &last = lastOperation(value, *call);
  if (!isa<BinaryOperator>(last) || any_of(last.users(), [&](const User *user) {
        auto *inst = cast<Instruction>(user);
        return inst->getParent() == call->getParent() &&
               inst->comesBefore(call);
      }))
    return;
  IRBuilder<> builder(last.getNextNode());
  builder.SetCurrentDebugLocation(last.getDebugLoc());
  CallInst *pinned = pin(builder, &last);
  last.replaceUsesWithIf(pinned,
                         [&](Use &use) { return use.getUser() != pinned; });
}

/// Values out of stack buffers: each of its own read, or of a window.
void pinSums(BasicBlock &block) {
  SmallVector<Instruction *, 16> values;
  for (Instruction &inst : block)
    if (auto *load = dyn_cast<LoadInst>(&inst))
      if (isa<AllocaInst>(getUnderlyingObject(load->getPointerOperand())))
        values.push_back(load);
  if (values.size() <= kManyReads)
    return;
  for (Instruction *value : values)
    pinArithmetic(*value);
}

using Operations = SmallVector<ir::OperationCall, 8>;

Operations operationsIn(BasicBlock &block) {
  Operations operations;
  for (Instruction &inst : block)
    if (auto operation = ir::matchOperation(inst);
        operation && isLoweredHere(operation->operation))
      operations.push_back(std::move(*operation));
  return operations;
}

/// Lets each read compute its address anew.
void keepApart(const Operations &operations) {
  for (const ir::OperationCall &operation : operations)
    if (isScalarRead(operation)) {
      IRBuilder<> builder(operation.call);
      Value *base = operation.base();
      operation.call->replaceUsesOfWith(base, pin(builder, base));
    }
}

void lower(BasicBlock &block, const Operations &operations,
           OptimizationRemarkEmitter &remarks) {
  Scratch scratch(block, operations);
  for (const ir::OperationCall &operation : operations) {
    tell(remarks, operation);
    if (Value *value = lower(operation, scratch)) {
      value->takeName(operation.call);
      operation.call->replaceAllUsesWith(value);
    }
    operation.call->eraseFromParent();
  }
}

} // namespace

PreservedAnalyses LowerKernelReads::run(Function &function,
                                        FunctionAnalysisManager &analyses) {
  SmallVector<std::pair<BasicBlock *, Operations>, 16> blocks;
  size_t count = 0;
  for (BasicBlock &block : function)
    if (Operations operations = operationsIn(block); !operations.empty()) {
      count += operations.size();
      blocks.push_back({&block, std::move(operations)});
    }
  OptimizationRemarkEmitter remarks(&function);
  for (auto &[block, operations] : blocks) {
    if (count > kKeptAddresses)
      keepApart(operations);
    lower(*block, operations, remarks);
  }
  for (BasicBlock &block : function)
    pinSums(block);
  if (blocks.empty())
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
