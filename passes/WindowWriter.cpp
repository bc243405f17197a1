// A window's code: one read into a stack buffer, and loads from it where the
// reads were, so that values take no register before they are used.
//
//   %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
//   %code = call i32 @whistler.kernel.load.task_struct.exit_code(ptr %task)
// =>
//   %a = offset of exit_code                     ; the lowest
//   %far = offset of pid - %a                    ; the last
//   %bytes = %far + 4
//   probe read of %bytes at %task + %a into %buffer
//   %view = %buffer - %a                         ; as if it were the record
//   %pid = load i32, whistler.kernel.address.task_struct.pid(%view)
//   %code = load i32, %buffer
//
// The guard compares %far, so where it may take a register until then it is
// there already; with only two fields the last one is loaded from
// %buffer + %far. -a is written as 0 - a with the 0
// behind an empty asm statement: a subtraction from the frame pointer is
// refused, and up to 6.12 a negation has no known result. Where a field is
// wider than the lowest, %a is rounded down to 8: the verifier wants loads from
// the stack aligned.
//
// Records have flavoured names here: a loader ignores what follows `___`, but
// to LLVM they are other relocations. It would merge the offsets of guard,
// read and loads otherwise and hold them in registers across calls, where each
// is the immediate of an instruction that is needed anyhow.

#include "WindowWriter.h"

#include "ReadDestination.h"
#include "ReadOrigin.h"
#include "StackRead.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// What a field may have grown to on another kernel.
constexpr uint64_t kWidest = 8;
/// Values loaded together are in registers together.
constexpr size_t kLoadsTogether = 4;

ir::Field flavored(ir::Field field, StringRef flavor) {
  field.steps.front().record += flavor;
  return field;
}

Value *offsetOf(IRBuilderBase &builder, const WindowField &field,
                StringRef flavor) {
  return ir::createCoreFact(builder, ir::CoreFact::FieldByteOffset,
                            flavored(*field.field, flavor));
}

/// The field that the window's read ends with.
const WindowField &lastField(const ReadWindow &window) {
  const WindowField *last = &window.fields.front();
  for (const WindowField &field : window.fields)
    if (std::pair(field.offset + field.bytes, field.offset) >=
        std::pair(last->offset + last->bytes, last->offset))
      last = &field;
  return *last;
}

Value *offsetBy(IRBuilderBase &builder, Value *base, uint64_t offset) {
  return offset ? builder.CreatePtrAdd(base, builder.getInt64(offset)) : base;
}

class WindowWriter {
public:
  explicit WindowWriter(const ReadWindow &window, Value *distance = nullptr)
      : window_(window), builder_(window.at), distance_(distance) {
    builder_.SetCurrentDebugLocation(window.leader()->getDebugLoc());
  }

  void write() {
    if (window_.kind == WindowKind::Hoisted)
      return hoist();
    StackBuffer buffer(builder_, window_.buffer);
    address_ = buffer.address();
    read();
    MapVector<BasicBlock *, SmallVector<Read, 8>> reads;
    for (const WindowField &field : window_.fields)
      for (CallInst *call : field.calls)
        reads[call->getParent()].push_back({&field, call});
    for (auto &[block, inBlock] : reads)
      readBack(inBlock);
    buffer.endBehind(loads_);
    erase();
  }

  void writeArms() {
    WindowGuard guard = createGuard(builder_, window_, "___arm");
    distance_ = guard.distance;
    Instruction *shared, *single;
    SplitBlockAndInsertIfThenElse(guard.holds, window_.at->getIterator(),
                                  &shared, &single);
    builder_.SetInsertPoint(shared);
    StackBuffer buffer(builder_, window_.buffer);
    address_ = buffer.address();
    read();
    SmallVector<Value *, 8> values, others;
    for (const WindowField &field : window_.fields)
      values.push_back(loadValue(field, *field.calls.front()));
    buffer.end(builder_);
    builder_.SetInsertPoint(single);
    for (const WindowField &field : window_.fields)
      others.push_back(
          ir::createKernelLoad(builder_, *field.field, window_.base));
    builder_.SetInsertPoint(window_.at);
    for (auto [field, value, other] : zip(window_.fields, values, others)) {
      PHINode *phi = builder_.CreatePHI(value->getType(), 2);
      phi->addIncoming(value, shared->getParent());
      phi->addIncoming(other, single->getParent());
      for (CallInst *call : field.calls)
        call->replaceAllUsesWith(phi);
    }
    erase();
  }

private:
  struct Read {
    const WindowField *field;
    CallInst *call;
  };

  void hoist() {
    const WindowField &field = window_.fields.front();
    CallInst *value =
        field.field
            ? ir::createKernelLoad(builder_, *field.field, window_.base)
            : ir::createKernelLoadAt(builder_, unsigned(field.bytes * 8),
                                     window_.base,
                                     builder_.getInt64(field.offset));
    moveOrigin(*window_.leader(), *value);
    for (CallInst *call : field.calls)
      call->replaceAllUsesWith(value);
    erase();
  }

  void read() {
    Value *destination = address_, *source = nullptr, *bytes = nullptr;
    const WindowField &lowest = window_.fields.front();
    switch (window_.kind) {
    case WindowKind::Exact:
      destination = offsetBy(builder_, address_, window_.start % 8);
      source = offsetBy(builder_, window_.base, window_.start);
      bytes = builder_.getInt64(window_.bytes);
      break;
    case WindowKind::Run:
      source = ir::createKernelAddress(
          builder_, flavored(*lowest.field, "___run"), window_.base);
      bytes = builder_.getInt64(window_.bytes);
      break;
    default:
      start_ = offsetOf(builder_, anchor(), "___window");
      if (window_.masked)
        start_ = builder_.CreateAnd(start_, uint64_t(-8), "window.start");
      source = offsetBy(builder_, builder_.CreatePtrAdd(window_.base, start_),
                        -window_.reach);
      bytes = boundedBytes();
    }
    createProbeRead(builder_, destination, bytes, source);
  }

  /// From the window's start to the end of its last field.
  Value *boundedBytes() {
    const WindowField &last = lastField(window_);
    uint64_t beside = window_.reach + last.bytes;
    if (&last == &anchor())
      return builder_.getInt64(beside);
    Value *distance =
        distance_
            ? distance_
            : builder_.CreateSub(offsetOf(builder_, last, "___size"), start_);
    return builder_.CreateAdd(distance, builder_.getInt64(beside),
                              "window.bytes");
  }

  const WindowField &anchor() const { return window_.fields[window_.anchor]; }

  /// Loads where the reads of one block were, but together those that have no
  /// call between them: LLVM joins neighbouring loads and stores, not loads
  /// with the stores of their values in between.
  void readBack(MutableArrayRef<Read> reads) {
    llvm::sort(reads, [](const Read &a, const Read &b) {
      return a.call->comesBefore(b.call);
    });
    CallInst *first = nullptr;
    size_t together = 0;
    for (const Read &read : reads) {
      if (!first || together == kLoadsTogether || callsBetween(*first, read)) {
        first = read.call;
        together = 0;
      }
      ++together;
      builder_.SetInsertPoint(first);
      load(*read.field, *read.call);
    }
  }

  bool callsBetween(const CallInst &first, const Read &read) const {
    for (const Instruction *inst = &first; inst != read.call;
         inst = inst->getNextNode())
      if (isa<CallInst>(inst) && !isa<IntrinsicInst>(inst) && !isOurs(*inst))
        return true;
    return false;
  }

  bool isOurs(const Instruction &inst) const {
    return any_of(window_.fields, [&](const WindowField &field) {
      return is_contained(field.calls, &inst);
    });
  }

  LoadInst *loadValue(const WindowField &field, CallInst &call) {
    builder_.SetCurrentDebugLocation(call.getDebugLoc());
    Value *address = addressOf(field);
    return builder_.CreateAlignedLoad(call.getType(), address,
                                      Align(field.bytes));
  }

  void load(const WindowField &field, CallInst &call) {
    LoadInst *value = loadValue(field, call);
    value->takeName(&call);
    call.replaceAllUsesWith(value);
    loads_.push_back(value);
  }

  Value *addressOf(const WindowField &field) {
    switch (window_.kind) {
    case WindowKind::Exact:
      return offsetBy(builder_, address_,
                      window_.start % 8 + field.offset - window_.start);
    case WindowKind::Run:
      return offsetBy(builder_, address_, field.offset - window_.start);
    default:
      if (&field == &anchor() && !window_.masked)
        return offsetBy(builder_, address_, window_.reach);
      if (distance_ && window_.fields.size() == 2 &&
          &field == &lastField(window_))
        return builder_.CreatePtrAdd(
            offsetBy(builder_, address_, window_.reach), distance_);
      return ir::createKernelAddress(
          builder_, flavored(*field.field, "___window"), view());
    }
  }

  /// The buffer as if it were the record, made once for each block.
  Value *view() {
    BasicBlock *block = builder_.GetInsertBlock();
    Value *&view = views_[block];
    if (!view)
      view = builder_.CreatePtrAdd(offsetBy(builder_, address_, window_.reach),
                                   negated(start_), "view");
    return view;
  }

  Value *negated(Value *value) {
    InlineAsm *zeroing =
        InlineAsm::get(FunctionType::get(builder_.getInt64Ty(), false),
                       "$0 = 0", "=r", /*hasSideEffects=*/true);
    Value *zero = builder_.CreateCall(zeroing);
    return builder_.CreateSub(zero, value);
  }

  void erase() {
    for (const WindowField &field : window_.fields)
      for (CallInst *call : field.calls)
        RecursivelyDeleteTriviallyDeadInstructions(call);
  }

  const ReadWindow &window_;
  IRBuilder<> builder_;
  Value *address_ = nullptr; ///< of the buffer
  Value *start_ = nullptr;   ///< of a bounded window in its record
  Value *distance_;          ///< WindowGuard::distance
  DenseMap<BasicBlock *, Value *> views_;
  SmallVector<Instruction *, 8> loads_;
};

/// All offsets differ by what they should: in order, and the last is where it
/// must be. Members of one size don't overlap, so the others are too.
Value *runGuard(IRBuilderBase &builder, ArrayRef<Value *> offsets,
                uint64_t bytes) {
  Value *guard =
      builder.CreateICmpEQ(builder.CreateSub(offsets.back(), offsets.front()),
                           builder.getInt64((offsets.size() - 1) * bytes));
  for (size_t i = 1; i + 1 < offsets.size(); ++i) {
    guard = builder.CreateAnd(
        guard, builder.CreateICmpUGT(offsets[i], offsets[i - 1]));
    guard = builder.CreateAnd(
        guard, builder.CreateICmpULT(offsets[i], offsets[i + 1]));
  }
  return guard;
}

/// The fields below the anchor are within reach, those above it within the
/// buffer; the read ends with the last of them.
WindowGuard boundsGuard(IRBuilderBase &builder, const ReadWindow &window,
                        ArrayRef<Value *> offsets) {
  Value *anchor = offsets[window.anchor];
  if (window.masked)
    anchor = builder.CreateAnd(anchor, uint64_t(-8), "window.start");
  size_t last = &lastField(window) - window.fields.data();
  WindowGuard guard;
  auto require = [&](Value *condition) {
    guard.holds =
        guard.holds ? builder.CreateAnd(guard.holds, condition) : condition;
  };
  auto isWithin = [&](Value *distance, uint64_t bytes) {
    require(builder.CreateICmpULE(distance, builder.getInt64(bytes)));
  };
  if (window.anchor != 0)
    isWithin(builder.CreateSub(anchor, offsets[0]), window.reach);
  if (window.anchor != last) {
    guard.distance = builder.CreateSub(offsets[last], anchor, "distance");
    isWithin(guard.distance, window.buffer - window.reach - kWidest);
  }
  for (size_t i = 0; i != offsets.size(); ++i) {
    if (i == window.anchor || i == last || (i == 0 && window.anchor != 0))
      continue;
    bool isBelow = i < window.anchor;
    require(builder.CreateICmpUGE(offsets[i], isBelow ? offsets[0] : anchor));
    require(
        builder.CreateICmpULE(offsets[i], isBelow ? anchor : offsets[last]));
  }
  return guard;
}

} // namespace

WindowGuard createGuard(IRBuilderBase &builder, const ReadWindow &window,
                        StringRef flavor) {
  SmallVector<Value *, 8> offsets;
  for (const WindowField &field : window.fields) {
    // A field that the running kernel lacks is reported where it is read.
    builder.SetCurrentDebugLocation(field.calls.front()->getDebugLoc());
    offsets.push_back(offsetOf(builder, field, flavor));
  }
  if (window.kind == WindowKind::Run)
    return {runGuard(builder, offsets, window.fields.front().bytes), nullptr};
  return boundsGuard(builder, window, offsets);
}

void writeArms(const ReadWindow &window) { WindowWriter(window).writeArms(); }

bool writeWindow(const ReadWindow &window, const WindowGuard &guard) {
  bool isFixed =
      window.kind == WindowKind::Exact || window.kind == WindowKind::Run;
  if (isFixed && readRunInPlace(window))
    return true;
  WindowWriter(window, guard.distance).write();
  return false;
}

} // namespace whistler::passes
