// Neighbouring kernel reads of one base become one read into a stack buffer:
// a helper call costs the same for 4 bytes and for 64. When the layout is
// relocated, where the fields lie is only known at load time, so the fused
// read stands behind guards that the verifier folds:
//
//   %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
//   %code = call i32 @whistler.kernel.load.task_struct.exit_code(ptr %task)
// =>
//   %a = and i64 (offset of exit_code), -8        ; the window's start (no mask
//                                              ; for an 8-aligned 8-byte field)
//   br i1 (offset of pid within %a … %a + W), label %fused, label %single
// fused:
//   probe read of W bytes at %task + %a into %buffer
//   %view = %buffer - %a                          ; as if it were the record
//   %pid.f = load i32, whistler.kernel.address.task_struct.pid(%view)
//   …
// single:
//   the reads as they were
//
// Only one arm survives loading; what stays of the guards is a move for each
// offset. -a is written as 0 - a with the 0 behind an empty asm statement: a
// subtraction from the frame pointer is refused, and up to 6.12 a negation has
// no known result. Equal members one behind the other need no slack: equality
// of their distances is checked instead, and they are read back at constants.
//
// Runs after equal reads are merged (early-cse, gvn) and before
// whistler-lower-kernel-reads. LLVM's own passes must not run over the fused
// arms before whistler-lower-core has: see docs/passes.md.

#include "FuseKernelReads.h"

#include "ReadDestination.h"
#include "StackRead.h"

#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

#define DEBUG_TYPE "whistler-fuse-kernel-reads"

using namespace llvm;

namespace whistler::passes {

namespace {

/// MAX_BPF_STACK of the kernel, and what is left for spilled values.
constexpr uint64_t kStackBytes = 512, kSpillBytes = 96;

/// Writes one window's code in place of its reads.
class WindowWriter {
public:
  explicit WindowWriter(const ReadWindow &window)
      : window_(window), leader_(*window.reads.front().call),
        base_(window.reads.front().base), builder_(&leader_) {
    for (const KernelRead &read : window.reads)
      if (none_of(distinct_, [&](const KernelRead *known) {
            return isSame(*known, read);
          }))
        distinct_.push_back(&read);
    llvm::stable_sort(distinct_, [](const KernelRead *a, const KernelRead *b) {
      return a->offset < b->offset;
    });
  }

  void write() {
    SmallVector<Value *, 8> values;
    if (window_.kind == WindowKind::Exact)
      values = readExact();
    else
      values = readGuarded();
    replace(values);
  }

private:
  static bool isSame(const KernelRead &a, const KernelRead &b) {
    return a.offset == b.offset && a.call->getType() == b.call->getType() &&
           a.field.has_value() == b.field.has_value() &&
           (!a.field || a.field->path() == b.field->path());
  }

  SmallVector<Value *, 8> readExact() {
    // As the kernel has it modulo 8, so that every value is aligned.
    uint64_t shift = window_.start % 8;
    StackBuffer buffer(builder_, alignTo(window_.bytes + shift, 8));
    createProbeRead(builder_, at(buffer.address(), shift),
                    builder_.getInt64(window_.bytes), at(base_, window_.start));
    SmallVector<Value *, 8> values;
    for (const KernelRead *read : distinct_)
      values.push_back(load(
          *read, at(buffer.address(), shift + read->offset - window_.start)));
    buffer.end(builder_);
    return values;
  }

  /// The field by a name that only its relocations differ in: a loader ignores
  /// what follows `___` in a record's name. LLVM would merge the offsets of
  /// guard and both arms otherwise, and hold in registers for the single reads
  /// what no kernel that takes the fused arm needs.
  static ir::Field flavored(ir::Field field, StringRef flavor) {
    field.steps.front().record += flavor;
    return field;
  }

  /// An 8-byte field that is 8-aligned here is so in every layout of a record
  /// that is not packed: no mask is needed to read the window back aligned.
  static bool isAligned(const KernelRead &read) {
    return read.bytes == 8 && read.field->byteOffset() % 8 == 0;
  }

  SmallVector<Value *, 8> readGuarded() {
    for (const KernelRead *read : distinct_)
      offsets_.push_back(
          ir::createCoreFact(builder_, ir::CoreFact::FieldByteOffset,
                             flavored(*read->field, "___guard")));
    bool isRun = window_.kind == WindowKind::Run;
    Value *start =
        isRun || isAligned(*distinct_[0])
            ? offsets_[0]
            : builder_.CreateAnd(offsets_[0], uint64_t(-8), "window.start");
    Value *guard = isRun ? runGuard() : boundsGuard(start);
    Instruction *fused, *single;
    SplitBlockAndInsertIfThenElse(guard, leader_.getIterator(), &fused,
                                  &single);
    fused->getParent()->setName("fused");
    single->getParent()->setName("single");
    leader_.getParent()->setName("fused.end");
    setPosition(fused);
    SmallVector<Value *, 8> fusedValues = readWindow(start);
    setPosition(single);
    SmallVector<Value *, 8> values;
    for (const KernelRead *read : distinct_)
      values.push_back(ir::createKernelLoad(builder_, *read->field, base_));
    setPosition(&leader_);
    for (auto [value, fusedValue] : zip(values, fusedValues)) {
      PHINode *phi = builder_.CreatePHI(value->getType(), 2);
      phi->addIncoming(fusedValue, fused->getParent());
      phi->addIncoming(value, single->getParent());
      value = phi;
    }
    return values;
  }

  Value *runGuard() {
    Value *guard = builder_.getTrue();
    for (size_t i = 1; i != offsets_.size(); ++i)
      guard = builder_.CreateAnd(
          guard,
          builder_.CreateICmpEQ(builder_.CreateSub(offsets_[i], offsets_[0]),
                                builder_.getInt64(i * distinct_[0]->bytes)));
    return guard;
  }

  /// The lowest field lies in its own window whatever its offset.
  Value *boundsGuard(Value *start) {
    uint64_t widest = 0;
    for (const KernelRead *read : drop_begin(distinct_))
      widest = std::max(widest, read->bytes);
    Value *guard = builder_.getTrue();
    Value *last = builder_.CreateAdd(
        start, builder_.getInt64(window_.bytes - widest), "window.last");
    for (Value *offset : drop_begin(offsets_)) {
      guard = builder_.CreateAnd(guard, builder_.CreateICmpUGE(offset, start));
      guard = builder_.CreateAnd(guard, builder_.CreateICmpULE(offset, last));
    }
    return guard;
  }

  SmallVector<Value *, 8> readWindow(Value *start) {
    StackBuffer buffer(builder_, alignTo(window_.bytes, 8));
    createProbeRead(builder_, buffer.address(),
                    builder_.getInt64(window_.bytes),
                    builder_.CreatePtrAdd(base_, start));
    // After the call, so that the zero takes no register across it: LLVM
    // would sink the subtraction below the call anyhow.
    Value *view = nullptr;
    if (window_.kind == WindowKind::Bounded)
      view = builder_.CreatePtrAdd(buffer.address(), negated(start), "view");
    SmallVector<Value *, 8> values;
    for (auto [i, read] : enumerate(distinct_))
      values.push_back(load(
          *read, view ? ir::createKernelAddress(
                            builder_, flavored(*read->field, "___window"), view)
                      : at(buffer.address(), i * read->bytes)));
    buffer.end(builder_);
    return values;
  }

  Value *negated(Value *value) {
    Type *type = builder_.getInt64Ty();
    InlineAsm *hidden = InlineAsm::get(FunctionType::get(type, type, false), "",
                                       "=r,0", /*hasSideEffects=*/true);
    Value *zero = builder_.CreateCall(hidden, builder_.getInt64(0));
    return builder_.CreateSub(zero, value);
  }

  Value *load(const KernelRead &read, Value *address) {
    return builder_.CreateAlignedLoad(read.call->getType(), address,
                                      Align(read.bytes));
  }

  Value *at(Value *base, uint64_t offset) {
    return offset ? builder_.CreatePtrAdd(base, builder_.getInt64(offset))
                  : base;
  }

  void setPosition(Instruction *inst) {
    builder_.SetInsertPoint(inst);
    builder_.SetCurrentDebugLocation(leader_.getDebugLoc());
  }

  void replace(ArrayRef<Value *> values) {
    for (const KernelRead &read : window_.reads) {
      size_t index = find_if(distinct_,
                             [&](const KernelRead *known) {
                               return isSame(*known, read);
                             }) -
                     distinct_.begin();
      if (!values[index]->hasName())
        values[index]->takeName(read.call);
      read.call->replaceAllUsesWith(values[index]);
    }
    for (const KernelRead &read : window_.reads)
      RecursivelyDeleteTriviallyDeadInstructions(read.call);
  }

  const ReadWindow &window_;
  CallInst &leader_;
  Value *base_;
  IRBuilder<> builder_;
  SmallVector<const KernelRead *, 8> distinct_; ///< by offset
  SmallVector<Value *, 8> offsets_;             ///< relocated, of distinct_
};

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
  remarks.emit([&] {
    return OptimizationRemarkMissed(DEBUG_TYPE, "ReadNotFused", call)
           << "read by "
           << ore::NV("Operation", call->getCalledFunction()->getName())
           << " stays alone: " << ore::NV("Reason", reason);
  });
}

void reportFused(OptimizationRemarkEmitter &remarks, const ReadWindow &window) {
  remarks.emit([&] {
    OptimizationRemark remark(DEBUG_TYPE, "ReadsFused",
                              window.reads.front().call);
    remark << ore::NV("Reads", static_cast<unsigned>(window.reads.size()))
           << " reads become one of "
           << ore::NV("Bytes", static_cast<unsigned>(window.bytes))
           << " bytes:";
    for (const KernelRead &read : window.reads)
      remark << " "
             << ore::NV("Read", read.field ? read.field->path()
                                           : std::to_string(read.offset));
    return remark;
  });
}

} // namespace

PreservedAnalyses FuseKernelReads::run(Function &function,
                                       FunctionAnalysisManager &analyses) {
  auto &remarks =
      analyses.getResult<OptimizationRemarkEmitterAnalysis>(function);
  WindowPlan plan = planWindows(
      function, analyses.getResult<DominatorTreeAnalysis>(function),
      analyses.getResult<MemorySSAAnalysis>(function).getMSSA(), limits);
  for (const LoneRead &read : plan.alone)
    reportAlone(remarks, read.call, read.reason);
  uint64_t stack = allocatedBytes(function) + kSpillBytes;
  bool changed = false;
  for (const ReadWindow &window : plan.windows) {
    // Windows live one after the other and share a slot.
    if (stack + alignTo(window.bytes + 8, 8) > kStackBytes) {
      for (const KernelRead &read : window.reads)
        reportAlone(remarks, read.call, "the stack has no room for its window");
      continue;
    }
    reportFused(remarks, window);
    if (window.kind != WindowKind::Exact || !readRunInPlace(window))
      WindowWriter(window).write();
    changed = true;
  }
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace whistler::passes
