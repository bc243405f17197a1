// Chooses which kernel reads become one.
//
// A read of up to 64 bytes costs the same whatever its size (some 22 ns), then
// 0.08 ns a byte: sharing pays whenever the bytes that it adds cost less than
// a call. Reads can share a window when they
// have the same base pointer and record, the same last write of kernel memory
// before them (MemorySSA: then nothing on any way between them can change what
// they see), and one of them dominates the others. Reads never fault, so those
// of other blocks may come early.
//
// With a layout that is only known at load time a window needs slack: members
// that lie 116 bytes apart here lie 128 apart on another kernel. kSlack and
// kMargin are what task_struct's fields moved by between Linux 5.10 and 7.3.
// On kernels where the slack is not enough the guards choose single reads.

#include "ReadWindows.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/ADT/STLExtras.h>

using namespace llvm;

namespace whistler::passes {

namespace {

/// Hundredths of a nanosecond.
constexpr uint64_t kCallCost = 2200, kByteCost = 8;
constexpr uint64_t kFreeBytes = 64;
constexpr uint64_t kSlack = 64, kMargin = 12;
/// More equality guards than this cost more than bounds.
constexpr size_t kLongestRun = 4;

uint64_t sizeCost(uint64_t bytes) {
  return bytes > kFreeBytes ? (bytes - kFreeBytes) * kByteCost : 0;
}

std::optional<KernelRead> fieldRead(const ir::OperationCall &operation) {
  if (operation.field->isBitfield() || operation.field->isAggregate)
    return std::nullopt;
  KernelRead read;
  read.call = operation.call;
  read.base = operation.base();
  read.field = operation.field;
  while (auto *inst = dyn_cast<Instruction>(read.base)) {
    auto outer = ir::matchOperation(*inst);
    if (!outer || outer->operation != ir::Operation::KernelAddress ||
        !outer->field->isAggregate || outer->field->dimensions)
      break;
    read.field = ir::compose(*outer->field, *read.field);
    read.base = outer->base();
  }
  read.offset = read.field->byteOffset();
  read.bytes = read.field->bytes;
  return read;
}

std::optional<KernelRead> numberRead(const ir::OperationCall &operation) {
  auto *offset = dyn_cast<ConstantInt>(operation.call->getArgOperand(1));
  if (!offset || offset->isNegative())
    return std::nullopt;
  KernelRead read;
  read.call = operation.call;
  read.base = operation.base();
  read.offset = offset->getZExtValue();
  read.bytes = operation.call->getType()->getIntegerBitWidth() / 8;
  return read;
}

class Planner {
public:
  Planner(Function &function, DominatorTree &tree, MemorySSA &memory,
          const WindowLimits &limits)
      : function_(function), tree_(tree), memory_(memory), limits_(limits) {}

  WindowPlan plan() {
    collect();
    for (auto &[key, reads] : groups_)
      cluster(reads);
    return std::move(plan_);
  }

private:
  void collect() {
    unsigned order = 0;
    for (BasicBlock *block : ReversePostOrderTraversal<Function *>(&function_))
      for (Instruction &inst : *block)
        if (auto operation = ir::matchOperation(inst))
          collect(*operation, order++);
  }

  void collect(const ir::OperationCall &operation, unsigned order) {
    std::optional<KernelRead> read;
    if (operation.isVolatile())
      return refuse(operation.call, "it is volatile");
    if (operation.operation == ir::Operation::KernelLoad)
      read = fieldRead(operation);
    else if (operation.operation == ir::Operation::KernelLoadAt)
      read = numberRead(operation);
    else
      return;
    if (!read)
      return refuse(operation.call, "it is a bitfield or has no fixed offset");
    if (read->offset % read->bytes)
      return refuse(operation.call, "it is not aligned");
    read->order = order;
    read->lastWrite =
        memory_.getWalker()->getClobberingMemoryAccess(operation.call);
    groups_[{read->base, read->lastWrite, record(*read)}].push_back(*read);
  }

  /// Names the record that a window must not leave.
  MDString *record(const KernelRead &read) {
    LLVMContext &context = function_.getContext();
    if (!read.field)
      return MDString::get(context, "");
    const ir::FieldStep &first = read.field->steps.front();
    return MDString::get(
        context, first.record + "#" + std::to_string(first.recordBytes) + "#" +
                     std::to_string(static_cast<int>(first.recordKind)));
  }

  /// Cuts reads of one base into neighbourhoods, lowest offset first.
  void cluster(std::vector<KernelRead> &reads) {
    llvm::stable_sort(reads, [](const KernelRead &a, const KernelRead &b) {
      return a.offset < b.offset;
    });
    for (size_t first = 0; first != reads.size();) {
      uint64_t end = reads[first].offset + reads[first].bytes;
      size_t last = first + 1;
      for (; last != reads.size(); ++last) {
        uint64_t wider = std::max(end, reads[last].offset + reads[last].bytes);
        if (!fits(reads[first], reads[last], end, wider))
          break;
        end = wider;
      }
      place({reads.begin() + first, reads.begin() + last});
      first = last;
    }
  }

  bool fits(const KernelRead &first, const KernelRead &next, uint64_t end,
            uint64_t wider) const {
    if (!first.field)
      return next.offset <= end && wider - first.offset <= limits_.bytes;
    uint64_t start = limits_.baked ? first.offset : alignDown(first.offset, 8);
    uint64_t span = wider - start;
    bool pays = sizeCost(span) - sizeCost(end - start) < kCallCost;
    return pays && span + (limits_.baked ? 0 : kMargin) <= limits_.bytes;
  }

  /// Windows of one neighbourhood: each holds the reads that its first one
  /// dominates.
  void place(std::vector<KernelRead> reads) {
    llvm::sort(reads, [](const KernelRead &a, const KernelRead &b) {
      return a.order < b.order;
    });
    bool split = false;
    while (!reads.empty()) {
      const KernelRead leader = reads.front();
      auto rest = std::stable_partition(
          reads.begin(), reads.end(), [&](const KernelRead &read) {
            return read.call == leader.call ||
                   tree_.dominates(leader.call, read.call);
          });
      std::vector<KernelRead> members(reads.begin(), rest);
      reads.erase(reads.begin(), rest);
      split |= !reads.empty();
      if (members.size() > 1)
        plan_.windows.push_back(window(std::move(members)));
      else
        refuse(leader.call, split ? "no read of its neighbourhood dominates it"
                                  : "no other read of its base is near");
    }
  }

  ReadWindow window(std::vector<KernelRead> reads) const {
    ReadWindow result;
    uint64_t end = 0;
    result.start = reads.front().offset;
    for (const KernelRead &read : reads) {
      result.start = std::min(result.start, read.offset);
      end = std::max(end, read.offset + read.bytes);
    }
    result.reads = std::move(reads);
    result.bytes = end - result.start;
    if (limits_.baked || !result.reads.front().field)
      return result;
    result.kind = isRun(result) ? WindowKind::Run : WindowKind::Bounded;
    if (result.kind == WindowKind::Run)
      return result;
    uint64_t recordBytes =
        result.reads.front().field->steps.front().recordBytes;
    result.start = alignDown(result.start, 8);
    uint64_t span = alignTo(end - result.start, 8);
    result.bytes = std::min({span + kSlack, limits_.bytes,
                             std::max(recordBytes, end) - result.start});
    return result;
  }

  static bool isRun(const ReadWindow &window) {
    std::vector<uint64_t> offsets;
    uint64_t bytes = window.reads.front().bytes;
    for (const KernelRead &read : window.reads) {
      if (read.bytes != bytes)
        return false;
      offsets.push_back(read.offset);
    }
    llvm::sort(offsets);
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
    return offsets.size() <= kLongestRun &&
           window.bytes == offsets.size() * bytes;
  }

  void refuse(CallInst *call, StringRef reason) {
    plan_.alone.push_back({call, reason});
  }

  Function &function_;
  DominatorTree &tree_;
  MemorySSA &memory_;
  const WindowLimits &limits_;
  MapVector<std::tuple<Value *, MemoryAccess *, MDString *>,
            std::vector<KernelRead>>
      groups_;
  WindowPlan plan_;
};

} // namespace

WindowPlan planWindows(Function &function, DominatorTree &tree,
                       MemorySSA &memory, const WindowLimits &limits) {
  return Planner(function, tree, memory, limits).plan();
}

} // namespace whistler::passes
