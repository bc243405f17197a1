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
// In a block of many reads the BPF scheduler sinks the arithmetic on the values
// below all of the reads, and every value spills; above kManyReads the first
// use of each value is pinned to its place by an empty asm statement.

#include "LowerKernelReads.h"

#include "StackRead.h"
#include "whistler/ir/Operations.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>

#define DEBUG_TYPE "whistler-lower-kernel-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr unsigned kManyReads = 16;
constexpr uint64_t kScalarBytes = 8;

Value *lowerBitfield(IRBuilderBase &builder, const ir::Field &field,
                     Value *base) {
  auto fact = [&](ir::CoreFact fact) {
    return ir::createCoreFact(builder, fact, field);
  };
  StackBuffer buffer(builder, kScalarBytes);
  builder.CreateAlignedStore(builder.getInt64(0), buffer.address(), Align(8));
  Value *source =
      builder.CreatePtrAdd(base, fact(ir::CoreFact::FieldByteOffset));
  createProbeRead(builder, buffer.address(), fact(ir::CoreFact::FieldByteSize),
                  source);
  Value *bits = builder.CreateAlignedLoad(builder.getInt64Ty(),
                                          buffer.address(), Align(8));
  buffer.end(builder);
  bits = builder.CreateShl(bits, fact(ir::CoreFact::FieldLShiftU64));
  Value *right = fact(ir::CoreFact::FieldRShiftU64);
  return field.isSigned ? builder.CreateAShr(bits, right)
                        : builder.CreateLShr(bits, right);
}

Value *lowerScalar(IRBuilderBase &builder, Type *type, Value *source) {
  uint64_t bytes = type->isPointerTy() ? 8 : type->getIntegerBitWidth() / 8;
  StackBuffer buffer(builder, kScalarBytes);
  createProbeRead(builder, buffer.address(), builder.getInt64(bytes), source);
  Value *value = builder.CreateAlignedLoad(type, buffer.address(), Align(8));
  buffer.end(builder);
  return value;
}

/// The value that replaces the operation, null when it has none.
Value *lower(const ir::OperationCall &operation) {
  CallInst &call = *operation.call;
  IRBuilder<> builder(&call);
  switch (operation.operation) {
  case ir::Operation::KernelLoad:
  case ir::Operation::KernelLoadVolatile:
    if (operation.field->isBitfield())
      return lowerBitfield(builder, *operation.field, operation.base());
    return lowerScalar(
        builder, call.getType(),
        ir::createKernelAddress(builder, *operation.field, operation.base()));
  case ir::Operation::KernelLoadAt:
  case ir::Operation::KernelLoadVolatileAt:
    return lowerScalar(
        builder, call.getType(),
        builder.CreatePtrAdd(operation.base(), call.getArgOperand(1)));
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

/// Keeps the arithmetic on `value` where it is written.
void pinFirstUse(Value &value, BasicBlock &block) {
  auto *user = value.hasOneUse() ? dyn_cast<BinaryOperator>(*value.user_begin())
                                 : nullptr;
  if (!user || user->getParent() != &block || user->isTerminator())
    return;
  IRBuilder<> builder(user->getNextNode());
  builder.SetCurrentDebugLocation(user->getDebugLoc());
  Type *type = user->getType();
  InlineAsm *nothing =
      InlineAsm::get(FunctionType::get(type, type, false), "", "=r,0",
                     /*hasSideEffects=*/true);
  CallInst *pinned = builder.CreateCall(nothing, user);
  user->replaceUsesWithIf(pinned,
                          [&](Use &use) { return use.getUser() != pinned; });
}

bool runOnBlock(BasicBlock &block) {
  SmallVector<ir::OperationCall, 8> operations;
  for (Instruction &inst : block)
    if (auto operation = ir::matchOperation(inst);
        operation && isLoweredHere(operation->operation))
      operations.push_back(std::move(*operation));
  for (const ir::OperationCall &operation : operations) {
    if (Value *value = lower(operation)) {
      value->takeName(operation.call);
      operation.call->replaceAllUsesWith(value);
      if (operations.size() > kManyReads)
        pinFirstUse(*value, block);
    }
    operation.call->eraseFromParent();
  }
  return !operations.empty();
}

} // namespace

PreservedAnalyses LowerKernelReads::run(Function &function,
                                        FunctionAnalysisManager &analyses) {
  bool changed = false;
  for (BasicBlock &block : function)
    changed |= runOnBlock(block);
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
