// Chooses which kernel reads become one: for each base pointer, the partition
// of its fields into reads that costs least by the cost model.
//
// Reads can share a window when they have the same base pointer and record and
// the same last write of kernel memory before them (MemorySSA: then nothing on
// any way between them can change what they see). Where it is read, and what
// that costs on paths that need a part of it only, is ReadPlace's matter.
//
// With a layout that is only known at load time the window's buffer needs
// slack: members that lie 116 bytes apart here lie 128 apart on another kernel.
// What is read is as long as the loader finds the fields apart, so slack costs
// stack and no time, and a window never reads behind its last field. kSlack is
// more than task_struct's fields moved by between Linux 5.10 and 7.3. On
// kernels where it is not enough the guards choose single reads.

#include "ReadWindows.h"

#include "CurrentTaskIds.h"
#include "Partition.h"
#include "ReadOrigin.h"
#include "ReadPlace.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/ADT/STLExtras.h>

#include <cmath>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr uint64_t kSlack = 128, kReachSlack = 16;
/// A field this far in its record is never nearer to the record's beginning
/// than a window reaches back from it.
constexpr uint64_t kDeepInside = 512;
/// More equality guards than this cost more than bounds.
constexpr size_t kLongestRun = 4;
/// Instructions of a read alone; around a value that a helper has at hand; of a
/// window without its fields, when it is exact and when it is guarded; and for
/// each field of a guarded one.
constexpr uint64_t kAlone = kAloneInstructions, kId = 2, kExact = 5,
                   kGuarded = 12, kGuardedField = 2;

/// A kernel read that may share a window with others.
struct KernelRead {
  CallInst *call = nullptr;
  Value *base = nullptr; ///< with whistler.kernel.address looked through
  std::optional<ir::Field> field;
  uint64_t offset = 0, bytes = 0;
};

std::optional<KernelRead> fieldRead(const ir::OperationCall &operation) {
  if (operation.field->isBitfield() || operation.field->isAggregate)
    return std::nullopt;
  KernelRead read{operation.call, operation.base(), operation.field, 0, 0};
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
  return KernelRead{operation.call, operation.base(), std::nullopt,
                    offset->getZExtValue(),
                    operation.call->getType()->getIntegerBitWidth() / 8};
}

/// Reads of one base and record with one last write before them.
struct Group {
  Value *base = nullptr;
  MemoryAccess *lastWrite = nullptr;
  std::vector<WindowField> fields; ///< by offset
};

/// One part of a group's partition: windows, and reads that stay alone.
struct Part {
  std::vector<ReadWindow> windows;
  std::vector<CallInst *> alone;
  double cost = 0;
};

class Planner {
public:
  Planner(Function &function, FunctionAnalysisManager &analyses,
          const WindowLimits &limits)
      : function_(function), limits_(limits), places_(function, analyses),
        tree_(analyses.getResult<DominatorTreeAnalysis>(function)),
        memory_(analyses.getResult<MemorySSAAnalysis>(function).getMSSA()) {}

  WindowPlan plan() {
    collect();
    for (auto &[key, group] : groups_)
      partition(group);
    llvm::stable_sort(plan_.windows,
                      [&](const ReadWindow &a, const ReadWindow &b) {
                        return order_.lookup(a.fields.front().calls.front()) <
                               order_.lookup(b.fields.front().calls.front());
                      });
    return std::move(plan_);
  }

private:
  void collect() {
    unsigned order = 0;
    for (BasicBlock *block : ReversePostOrderTraversal<Function *>(&function_))
      for (Instruction &inst : *block)
        if (auto operation = ir::matchOperation(inst)) {
          order_[operation->call] = order++;
          collect(*operation);
        }
  }

  void collect(const ir::OperationCall &operation) {
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
    MemoryAccess *lastWrite =
        memory_.getWalker()->getClobberingMemoryAccess(operation.call);
    Group &group = groups_[{read->base, lastWrite, record(*read)}];
    group.base = read->base;
    group.lastWrite = lastWrite;
    addTo(group, *read);
  }

  static void addTo(Group &group, const KernelRead &read) {
    auto field = find_if(group.fields, [&](const WindowField &field) {
      return field.offset == read.offset && field.bytes == read.bytes &&
             field.calls.front()->getType() == read.call->getType() &&
             field.field.has_value() == read.field.has_value() &&
             (!field.field || field.field->path() == read.field->path());
    });
    if (field == group.fields.end())
      field = group.fields.insert(
          field, WindowField{read.field, read.offset, read.bytes, {}});
    field->calls.push_back(read.call);
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

  void partition(Group &group) {
    llvm::stable_sort(
        group.fields, [](const WindowField &a, const WindowField &b) {
          return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
        });
    auto cost = [&](size_t first, size_t end) -> std::optional<double> {
      if (!mayShare(group, first, end))
        return std::nullopt;
      return cheapestPart(group, first, end).cost;
    };
    size_t first = 0;
    for (size_t end : cheapestPartition(group.fields.size(), cost)) {
      Part part = cheapestPart(group, first, end);
      first = end;
      append_range(plan_.windows, part.windows);
      for (CallInst *call : part.alone)
        refuse(call, part.windows.empty() && group.fields.size() == 1
                         ? "no other read of its base is near"
                         : "by the cost model no read is worth sharing");
    }
  }

  /// Whether fields `first` to `end` - 1 are near enough, and for reads by
  /// number without a gap.
  bool mayShare(const Group &group, size_t first, size_t end) const {
    uint64_t reached = group.fields[first].offset;
    for (size_t i = first; i != end; ++i) {
      const WindowField &field = group.fields[i];
      if (!field.field && i != first && field.offset > reached)
        return false;
      reached = std::max(reached, field.offset + field.bytes);
    }
    return end - first == 1 ||
           reached - group.fields[first].offset <= limits_.bytes;
  }

  /// One window for all, or windows for those that the first read of each
  /// dominates.
  Part cheapestPart(const Group &group, size_t first, size_t end) const {
    std::vector<WindowField> fields(group.fields.begin() + first,
                                    group.fields.begin() + end);
    Part apart;
    apart.cost = apartPs(fields);
    for (const WindowField &field : fields)
      append_range(apart.alone, field.calls);
    Part whole = shared(group, fields);
    if (whole.cost < apart.cost)
      return whole;
    Part split = dominated(group, std::move(fields));
    return split.cost < apart.cost ? split : apart;
  }

  /// Each by itself. The current task's ids come from one call.
  double apartPs(const std::vector<WindowField> &fields) const {
    const CostModel &costs = limits_.costs;
    double sum = 0;
    bool hasIds = false;
    for (const WindowField &field : fields)
      for (const CallInst *call : field.calls) {
        bool isId = currentTaskIdShift(*call).has_value();
        uint64_t read =
            isId ? (hasIds ? 0 : costs.idsPs) : costs.readPs(field.bytes);
        uint64_t around = costs.instructionsPs(isId ? kId : kAlone);
        sum += places_.frequency(call) * static_cast<double>(read + around);
        hasIds |= isId;
      }
    return sum;
  }

  /// All in one window; of infinite cost where that may not be.
  Part shared(const Group &group,
              const std::vector<WindowField> &fields) const {
    Part part;
    part.cost = INFINITY;
    std::vector<CallInst *> calls;
    for (const WindowField &field : fields)
      append_range(calls, field.calls);
    ReadPlace place = places_.find(calls, group.base, group.lastWrite);
    bool moves = calls.size() > 1 || place.at != calls.front();
    if (!moves || !place.always)
      return part;
    ReadWindow window = makeWindow(fields);
    window.base = group.base;
    window.at = place.at;
    window.needed = all_of(window.fields, [&](const WindowField &field) {
      return places_.isAlwaysReached(place.at, field.calls);
    });
    if (slowsTooMuch(window))
      return part;
    part.cost = place.frequency * static_cast<double>(sharedPs(window));
    window.apartPs = static_cast<uint64_t>(apartPs(fields));
    window.sharedPs = static_cast<uint64_t>(part.cost);
    part.windows.push_back(std::move(window));
    return part;
  }

  uint64_t sharedPs(const ReadWindow &window) const {
    const CostModel &costs = limits_.costs;
    return costs.readPs(window.bytes) +
           costs.instructionsPs(window.instructions) +
           costs.stackBytePs * window.bytes;
  }

  static uint64_t instructionsOf(const ReadWindow &window) {
    switch (window.kind) {
    case WindowKind::Hoisted:
      return kAlone - 1;
    case WindowKind::Exact:
      return kExact + window.fields.size();
    default:
      return kGuarded + kGuardedField * window.fields.size();
    }
  }

  /// Whether a path that needs only some of the fields loses more than the
  /// model allows.
  bool slowsTooMuch(const ReadWindow &window) const {
    uint64_t least =
        limits_.costs.readPs(1) + limits_.costs.instructionsPs(kAlone);
    return sharedPs(window) > least + limits_.costs.slowdownPs &&
           !window.needed;
  }

  Part dominated(const Group &group, std::vector<WindowField> fields) const {
    Part result;
    while (!fields.empty()) {
      CallInst *leader = fields.front().calls.front();
      for (const WindowField &field : fields)
        if (order_.lookup(field.calls.front()) < order_.lookup(leader))
          leader = field.calls.front();
      std::vector<WindowField> taken;
      for (WindowField &field : fields) {
        WindowField part = field;
        erase_if(part.calls, [&](CallInst *call) {
          return call != leader && !tree_.dominates(leader, call);
        });
        erase_if(field.calls, [&](CallInst *call) {
          return is_contained(part.calls, call);
        });
        if (!part.calls.empty())
          taken.push_back(std::move(part));
      }
      erase_if(fields,
               [](const WindowField &field) { return field.calls.empty(); });
      add(result, group, taken);
    }
    return result;
  }

  /// The cheaper of a window for `fields` and single reads.
  void add(Part &part, const Group &group,
           const std::vector<WindowField> &fields) const {
    Part one = shared(group, fields);
    double apart = apartPs(fields);
    if (one.cost < apart) {
      append_range(part.windows, one.windows);
      part.cost += one.cost;
      return;
    }
    part.cost += apart;
    for (const WindowField &field : fields)
      append_range(part.alone, field.calls);
  }

  ReadWindow makeWindow(const std::vector<WindowField> &fields) const {
    ReadWindow window;
    window.fields = fields;
    window.start = fields.front().offset;
    uint64_t end = 0, widest = 0;
    for (const WindowField &field : fields) {
      end = std::max(end, field.offset + field.bytes);
      widest = std::max(widest, field.bytes);
    }
    window.bytes = end - window.start;
    window.buffer = alignTo(window.bytes, 8);
    if (fields.size() == 1) {
      window.kind = WindowKind::Hoisted;
    } else if (limits_.baked || !fields.front().field) {
      window.buffer = alignTo(window.bytes + window.start % 8, 8);
    } else if (isRun(window)) {
      window.kind = WindowKind::Run;
    } else {
      window.kind = WindowKind::Bounded;
      setAnchor(window, widest);
      window.buffer = alignTo(window.bytes + kSlack, 8);
    }
    window.instructions = instructionsOf(window);
    return window;
  }

  /// Loads from the stack must be aligned, so the window begins where its
  /// widest fields are. Where one of those is deep in its record, so many bytes
  /// before it that the fields below are in; else where the lowest is, rounded
  /// down.
  static void setAnchor(ReadWindow &window, uint64_t widest) {
    if (window.fields.front().bytes == widest)
      return;
    auto anchor = find_if(window.fields, [&](const WindowField &field) {
      return field.bytes == widest;
    });
    uint64_t end = window.start + window.bytes;
    if (anchor->offset < kDeepInside) {
      window.masked = true;
      window.start = alignDown(window.start, 8);
    } else {
      window.anchor = anchor - window.fields.begin();
      window.reach = alignTo(anchor->offset - window.start, 8) + kReachSlack;
      window.start = anchor->offset - window.reach;
    }
    window.bytes = end - window.start;
  }

  static bool isRun(const ReadWindow &window) {
    size_t count = window.fields.size();
    uint64_t bytes = window.fields.front().bytes;
    if (count > kLongestRun || window.bytes != count * bytes)
      return false;
    for (size_t i = 0; i != count; ++i)
      if (window.fields[i].bytes != bytes ||
          window.fields[i].offset != window.start + i * bytes)
        return false;
    return true;
  }

  void refuse(CallInst *call, StringRef reason) {
    plan_.alone.push_back({call, reason});
  }

  Function &function_;
  const WindowLimits &limits_;
  ReadPlaces places_;
  DominatorTree &tree_;
  MemorySSA &memory_;
  DenseMap<CallInst *, unsigned> order_; ///< in reverse post order
  MapVector<std::tuple<Value *, MemoryAccess *, MDString *>, Group> groups_;
  WindowPlan plan_;
};

} // namespace

CallInst *ReadWindow::leader() const {
  auto line = [](const CallInst *call) {
    const DebugLoc &place = call->getDebugLoc();
    return place ? place.getLine() : ~0u;
  };
  CallInst *leader = fields.front().calls.front();
  for (const WindowField &field : fields)
    for (CallInst *call : field.calls) {
      if (call == at)
        return call;
      if (line(call) < line(leader))
        leader = call;
    }
  return leader;
}

WindowPlan planWindows(Function &function, FunctionAnalysisManager &analyses,
                       const WindowLimits &limits) {
  return Planner(function, analyses, limits).plan();
}

} // namespace whistler::passes
