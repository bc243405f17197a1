// Neighbouring kernel reads of one base become one read into a stack buffer:
// a helper call costs the same for 4 bytes and for 64. Which, ReadWindows
// decides; WindowWriter has the code before and after.
//
// When the layout is relocated, where the fields lie is only known at load
// time. The program is then there twice, with windows and with single reads,
// behind guards that the verifier folds: after loading one version is left,
// and of the guards a move for each offset.
//
// Runs after equal reads are merged (early-cse, gvn) and before
// whistler-lower-kernel-reads. LLVM's own passes must not run over the windows
// before whistler-lower-core has: see docs/passes.md.

#include "FuseKernelReads.h"

#include "BodyVersions.h"
#include "CurrentTaskIds.h"
#include "StackPlan.h"
#include "WindowFates.h"
#include "WindowWriter.h"

#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/InstIterator.h>

#define DEBUG_TYPE "whistler-fuse-kernel-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

/// What is left of the stack for spilled values.
constexpr uint64_t kSpillBytes = 96;
/// A jump reaches 32,767 instructions, and a read is some eight.
constexpr unsigned kLongestBody = 1500;

uint64_t allocatedBytes(Function &function) {
  uint64_t bytes = 0;
  const DataLayout &layout = function.getDataLayout();
  for (Instruction &inst : instructions(function))
    if (auto *slot = dyn_cast<AllocaInst>(&inst))
      if (auto size = slot->getAllocationSize(layout))
        bytes += alignTo(size->getFixedValue(), 8);
  return bytes;
}

void reportAlone(OptimizationRemarkEmitter &remarks, CallInst *call,
                 StringRef reason) {
  addNote(*call, ("alone: " + reason).str());
  remarks.emit([&] {
    return OptimizationRemarkMissed(DEBUG_TYPE, "ReadNotFused", call)
           << "read by "
           << ore::NV("Operation", call->getCalledFunction()->getName())
           << " stays alone: " << ore::NV("Reason", reason);
  });
}

void reportAlone(OptimizationRemarkEmitter &remarks, const ReadWindow &window,
                 StringRef reason) {
  for (const WindowField &field : window.fields)
    for (CallInst *call : field.calls)
      reportAlone(remarks, call, reason);
}

std::string nanoseconds(uint64_t picoseconds) {
  return std::to_string((picoseconds + 500) / 1000);
}

void reportFused(OptimizationRemarkEmitter &remarks, const ReadWindow &window) {
  CallInst *first = window.fields.front().calls.front();
  unsigned reads = 0;
  for (const WindowField &field : window.fields)
    reads += unsigned(field.calls.size());
  bool hoisted = window.kind == WindowKind::Hoisted;
  remarks.emit([&] {
    OptimizationRemark remark(DEBUG_TYPE,
                              hoisted ? "ReadHoisted" : "ReadsFused", first);
    remark << ore::NV("Reads", reads)
           << (reads == 1 ? " read becomes one " : " reads become one ");
    if (hoisted)
      remark << "before the branches or loops around:";
    else
      remark << "of " << ore::NV("Bytes", static_cast<unsigned>(window.bytes))
             << " bytes:";
    for (const WindowField &field : window.fields)
      remark << " "
             << ore::NV("Read", field.field ? field.field->path()
                                            : std::to_string(field.offset));
    return remark << " (model: "
                  << ore::NV("Before", nanoseconds(window.apartPs)) << " ns to "
                  << ore::NV("After", nanoseconds(window.sharedPs)) << " ns)";
  });
}

/// The window of a copied body.
ReadWindow copied(const ReadWindow &window, const ValueToValueMapTy &copies) {
  auto copy = [&](Value *value) -> Value * {
    Value *other = copies.lookup(value);
    return other ? other : value;
  };
  ReadWindow result = window;
  result.base = copy(window.base);
  result.at = cast<Instruction>(copy(window.at));
  for (WindowField &field : result.fields)
    for (CallInst *&call : field.calls)
      call = cast<CallInst>(copy(call));
  return result;
}

void write(const ReadWindow &window, OptimizationRemarkEmitter &remarks,
           const WindowGuard &guard = {}) {
  WindowFates fates(window);
  bool inPlace = writeWindow(window, guard);
  fates.tell(remarks, DEBUG_TYPE, inPlace);
}

/// Guarded windows, in the version of the body that their guards choose. In
/// the other those have single reads beside them that every way needs.
void writeGuarded(Function &function, ArrayRef<const ReadWindow *> windows,
                  OptimizationRemarkEmitter &remarks) {
  if (windows.empty())
    return;
  ValueToValueMapTy copies;
  SmallVector<WindowGuard, 4> guards;
  versionBody(function, copies, [&](IRBuilderBase &builder) {
    Value *all = nullptr;
    for (const ReadWindow *window : windows) {
      guards.push_back(createGuard(builder, *window, "___guard"));
      Value *holds = guards.back().holds;
      all = all ? builder.CreateAnd(all, holds) : holds;
    }
    return all;
  });
  // What is told is of the body that the build host's layout chooses.
  for (auto copy : copies)
    if (auto *inst =
            dyn_cast_or_null<Instruction>(static_cast<Value *>(copy.second)))
      dropOrigin(*inst);
  std::vector<ReadWindow> others;
  if (windows.size() > 1)
    for (const ReadWindow *window : windows)
      if (window->needed)
        others.push_back(copied(*window, copies));
  for (const ReadWindow &window : others)
    writeArms(window);
  // What is kept for later windows, too, would be kept on the stack.
  write(*windows.front(), remarks, guards.front());
  for (const ReadWindow *window : drop_begin(windows))
    write(*window, remarks);
}

} // namespace

PreservedAnalyses FuseKernelReads::run(Function &function,
                                       FunctionAnalysisManager &analyses) {
  auto &remarks =
      analyses.getResult<OptimizationRemarkEmitterAnalysis>(function);
  WindowPlan plan = planWindows(function, analyses, limits);
  for (const LoneRead &read : plan.alone)
    if (!currentTaskIdShift(*read.call)) // which is no read in the end
      reportAlone(remarks, read.call, read.reason);
  bool isLong = function.getInstructionCount() > kLongestBody;
  planStack(plan.windows, allocatedBytes(function) + kSpillBytes);
  SmallVector<const ReadWindow *, 8> fixed, guarded;
  for (ReadWindow &window : plan.windows) {
    if (isGuarded(window) && isLong) {
      reportAlone(remarks, window, "the program is too long for two versions");
    } else if (window.buffer == 0) {
      reportAlone(remarks, window, "the stack has no room for its window");
    } else {
      reportFused(remarks, window);
      (isGuarded(window) ? guarded : fixed).push_back(&window);
    }
  }
  if (fixed.empty() && guarded.empty())
    return PreservedAnalyses::all();
  for (const ReadWindow *window : fixed)
    write(*window, remarks);
  writeGuarded(function, guarded, remarks);
  return PreservedAnalyses::none();
}

} // namespace whistler::passes
