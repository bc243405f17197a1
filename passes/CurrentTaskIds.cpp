// The current task's pid and tgid come from a helper of their own, which costs
// a quarter of a read and, for both, the half of an instruction each:
//
//   %t = call i64 inttoptr (i64 35 to ptr)()          ; the current task
//   %task = inttoptr i64 %t to ptr
//   %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
// =>
//   %ids = call i64 inttoptr (i64 14 to ptr)()        ; tgid << 32 | pid
//   %pid = trunc i64 %ids to i32
//
// Stores of both, one behind the other, become one store of the pair. Reads
// that share a window with others stay there, where they cost nothing, so this
// runs after whistler-fuse-kernel-reads, which has weighed it. Direct loads
// are cheaper still and are no reads any more here.

#include "CurrentTaskIds.h"

#include "ReadOrigin.h"
#include "TypedPointers.h"
#include "Versions.h"
#include "whistler/ir/HelperCall.h"

#include <linux/bpf.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/InstIterator.h>

#define DEBUG_TYPE "whistler-current-task-ids"

using namespace llvm;

namespace whistler::passes {

namespace {

struct IdRow {
  StringLiteral member;
  unsigned shift;
};
constexpr IdRow kIds[] = {{"pid", 0}, {"tgid", 32}};

Value *callForIds(IRBuilderBase &builder) {
  ir::HelperSignature signature;
  signature.id = BPF_FUNC_get_current_pid_tgid;
  signature.effects = ir::HelperEffects::Pure;
  return ir::createHelperCall(builder, signature, {});
}

/// One call serves all.
ReadCost costOf(bool isFirst) {
  ReadCost cost;
  cost.ids = isFirst ? 1 : 0;
  cost.instructions = isFirst ? 2 : 1;
  return cost;
}

} // namespace

std::optional<unsigned> currentTaskIdShift(const CallInst &read) {
  auto operation = ir::matchOperation(const_cast<CallInst &>(read));
  if (!operation || operation->operation != ir::Operation::KernelLoad)
    return std::nullopt;
  const ir::Field &field = *operation->field;
  auto *task = dyn_cast<CallInst>(stripCasts(operation->base()));
  if (!task || ir::helperId(*task) != BPF_FUNC_get_current_task ||
      field.steps.size() != 1 || field.steps.front().record != "task_struct" ||
      !read.getType()->isIntegerTy(32) || !isTracing(*read.getFunction()))
    return std::nullopt;
  for (const IdRow &row : kIds)
    if (row.member == field.steps.front().member)
      return row.shift;
  return std::nullopt;
}

PreservedAnalyses CurrentTaskIds::run(Function &function,
                                      FunctionAnalysisManager &analyses) {
  auto &remarks =
      analyses.getResult<OptimizationRemarkEmitterAnalysis>(function);
  SmallVector<std::pair<CallInst *, unsigned>, 4> reads;
  for (Instruction &inst : instructions(function))
    if (auto *call = dyn_cast<CallInst>(&inst))
      if (auto shift = currentTaskIdShift(*call))
        reads.push_back({call, *shift});
  for (auto [read, shift] : reads) {
    tellFate(remarks, DEBUG_TYPE, *read, "ids",
             "from bpf_get_current_pid_tgid (helper 14)",
             costOf(read == reads.front().first));
    remarks.emit([&, read = read] {
      return OptimizationRemark(DEBUG_TYPE, "CurrentTaskId", read)
             << "read by "
             << ore::NV("Operation", read->getCalledFunction()->getName())
             << " is a part of what bpf_get_current_pid_tgid gives";
    });
    IRBuilder<> builder(read);
    Value *id = callForIds(builder);
    if (shift)
      id = builder.CreateLShr(id, shift);
    id = builder.CreateTrunc(id, read->getType());
    id->takeName(read);
    read->replaceAllUsesWith(id);
    read->eraseFromParent();
  }
  if (reads.empty())
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
