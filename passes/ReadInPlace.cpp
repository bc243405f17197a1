// A kernel read whose only use is a store of its value is read to where the
// store would put it: two instructions and a stack slot less.
//
//   %flags = call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
//   store i32 %flags, ptr %at
// =>
//   %flags.address = call ptr @whistler.kernel.address.task_struct.flags(…)
//   call void @whistler.kernel.copy(ptr %at, i64 4, ptr %flags.address)
//
// An unreadable address gives 0 either way: the helper zeroes what it could not
// fill. The read moves down to the store, so nothing between may write kernel
// memory. The destination must be memory that a helper may write: what a
// helper returned (record, map value), a variable of the program, or a stack
// slot whose address is already taken; never the context.
//
// Runs after fusion, which does better where it can, and after LLVM's dead
// store elimination, which does not see through the copy.

#include "ReadInPlace.h"

#include "ReadDestination.h"
#include "ReadOrigin.h"
#include "whistler/ir/Operations.h"

#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/InstIterator.h>

#define DEBUG_TYPE "whistler-read-in-place"

using namespace llvm;

namespace whistler::passes {

namespace {

void tell(OptimizationRemarkEmitter &remarks, const CallInst &read) {
  ReadCost cost;
  cost.calls = 1;
  cost.bytes = read.getDataLayout().getTypeStoreSize(read.getType());
  cost.instructions = kInPlaceInstructions;
  tellFate(remarks, DEBUG_TYPE, read, "in-place",
           "single read of " + inBytes(cost.bytes) + ", in place", cost);
}

void rewrite(const ir::OperationCall &operation, StoreInst &store) {
  CallInst &read = *operation.call;
  IRBuilder<> builder(&store);
  builder.SetCurrentDebugLocation(read.getDebugLoc());
  Value *source =
      operation.field
          ? ir::createKernelAddress(builder, *operation.field, operation.base())
          : builder.CreatePtrAdd(operation.base(), read.getArgOperand(1));
  uint64_t bytes = read.getDataLayout().getTypeStoreSize(read.getType());
  ir::createKernelCopy(builder, store.getPointerOperand(), bytes, source);
  store.eraseFromParent();
  read.eraseFromParent();
}

} // namespace

PreservedAnalyses ReadInPlace::run(Function &function,
                                   FunctionAnalysisManager &analyses) {
  auto &remarks =
      analyses.getResult<OptimizationRemarkEmitterAnalysis>(function);
  std::vector<ir::OperationCall> reads;
  for (Instruction &inst : instructions(function))
    if (auto operation = ir::matchOperation(inst);
        operation && (operation->operation == ir::Operation::KernelLoad ||
                      operation->operation == ir::Operation::KernelLoadAt))
      reads.push_back(std::move(*operation));
  bool changed = false;
  for (const ir::OperationCall &read : reads) {
    bool isBitfield = read.field && read.field->isBitfield();
    StoreInst *store = isBitfield ? nullptr : destinationOf(*read.call);
    if (!store)
      continue;
    tell(remarks, *read.call);
    remarks.emit([&] {
      return OptimizationRemark(DEBUG_TYPE, "ReadInPlace", read.call)
             << "read by "
             << ore::NV("Operation", read.call->getCalledFunction()->getName())
             << " goes straight to where it is stored";
    });
    rewrite(read, *store);
    changed = true;
  }
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
