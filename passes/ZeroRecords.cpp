// A record is zeroed whole where it is reserved, so that no stale bytes reach
// user space. What the body surely overwrites before anyone looks needs no
// zero; the rest, fields that only some ways fill and holes, does:
//
//   call void @llvm.memset(ptr %event, i8 0, i64 24, i1 false)
//   … on every way: store pid at 0, @whistler.kernel.copy(ptr %event + 8, 16,
//   …)
// =>
//   store i32 0, ptr %event + 4              ; the hole
//
// LLVM's own dead store elimination shortens a memset only at its ends and
// knows neither what a kernel copy nor what a helper fills. For each piece
// between two places where some write begins or ends, all ways on from the
// zeroing are followed: to an overwriting write, or to someone who may read.
//
// Runs where stores and reads are still plain, before reads are fused or read
// in place. Run after it, instcombine would not join the pieces again;
// memcpyopt would, so it must not run in between.

#include "ZeroRecords.h"

#include "whistler/ir/HelperCall.h"
#include "whistler/ir/Operations.h"

#include <linux/bpf.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>

#include <set>

#define DEBUG_TYPE "whistler-zero-records"

using namespace llvm;

namespace whistler::passes {

namespace {

/// Larger ones stay a memset: pieces would cost more than they save.
constexpr uint64_t kLargestRecord = 256;

/// Helpers that write all of their first argument, as many bytes as the second
/// says, whatever happens: with zeroes when they have nothing better. Not
/// bpf_get_current_comm: up to 6.1 it leaves what is behind the name as it was.
constexpr uint32_t kFillers[] = {
    BPF_FUNC_probe_read, BPF_FUNC_probe_read_kernel, BPF_FUNC_probe_read_user};

/// Bytes [begin, end) of a record.
struct Range {
  int64_t begin, end;
};

/// Memory that an instruction surely writes: where, and how many bytes.
std::optional<std::pair<Value *, uint64_t>> surelyWritten(Instruction &inst) {
  if (auto *store = dyn_cast<StoreInst>(&inst))
    return std::pair(store->getPointerOperand(),
                     inst.getDataLayout()
                         .getTypeStoreSize(store->getValueOperand()->getType())
                         .getFixedValue());
  auto *call = dyn_cast<CallInst>(&inst);
  if (!call || call->arg_size() < 2)
    return std::nullopt;
  auto operation = ir::matchOperation(inst);
  bool fills = operation ? operation->operation == ir::Operation::KernelCopy
                         : is_contained(kFillers, ir::helperId(*call)) &&
                               call->getArgOperand(0)->getType()->isPointerTy();
  auto *bytes = dyn_cast<ConstantInt>(call->getArgOperand(1));
  if (!fills || !bytes)
    return std::nullopt;
  return std::pair(call->getArgOperand(0), bytes->getZExtValue());
}

class RecordZeroing {
public:
  RecordZeroing(MemSetInst &zeroing, uint64_t bytes, AAResults &aliases)
      : zeroing_(zeroing), aliases_(aliases), size_(bytes) {
    base_ = GetPointerBaseWithConstantOffset(zeroing.getDest(), offset_,
                                             zeroing.getDataLayout());
    isPrivate_ = isIdentifiedFunctionLocal(getUnderlyingObject(base_));
  }

  void run() {
    std::set<int64_t> cuts = {0, size_};
    for (Instruction &inst : instructions(*zeroing_.getFunction()))
      if (auto range = written(inst))
        for (int64_t cut : {range->begin, range->end})
          if (cut > 0 && cut < size_)
            cuts.insert(cut);
    IRBuilder<> builder(&zeroing_);
    // Neighbours that both need zeroes take them together.
    std::optional<Range> open;
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
      Range piece{*cut, *std::next(cut)};
      if (!isOverwritten(piece)) {
        open = Range{open ? open->begin : piece.begin, piece.end};
        continue;
      }
      if (open)
        zero(builder, *open);
      open.reset();
    }
    if (open)
      zero(builder, *open);
    zeroing_.eraseFromParent();
  }

private:
  /// What `inst` surely writes of the record.
  std::optional<Range> written(Instruction &inst) const {
    auto memory = surelyWritten(inst);
    if (!memory)
      return std::nullopt;
    int64_t at = 0;
    if (GetPointerBaseWithConstantOffset(memory->first, at,
                                         inst.getDataLayout()) != base_)
      return std::nullopt;
    return Range{at - offset_,
                 at - offset_ + static_cast<int64_t>(memory->second)};
  }

  /// Whether every way from the zeroing comes to a write of the whole piece
  /// before anyone may look at it.
  bool isOverwritten(Range piece) const {
    SmallPtrSet<BasicBlock *, 8> seen;
    SmallVector<BasicBlock *, 8> open;
    Fate fate = follow(zeroing_.getNextNode(), piece);
    if (fate == Fate::Passed) {
      if (succ_empty(zeroing_.getParent()) && !isPrivate_)
        return false;
      append_range(open, successors(zeroing_.getParent()));
    }
    while (fate != Fate::Seen && !open.empty()) {
      BasicBlock *block = open.pop_back_val();
      if (!seen.insert(block).second)
        continue;
      fate = follow(&block->front(), piece);
      if (fate != Fate::Passed)
        continue;
      if (succ_empty(block) && !isPrivate_)
        fate = Fate::Seen;
      append_range(open, successors(block));
    }
    return fate != Fate::Seen;
  }

  /// What becomes of a piece in the rest of a block.
  enum class Fate { Passed, Overwritten, Seen };
  Fate follow(Instruction *inst, Range piece) const {
    MemoryLocation record(zeroing_.getDest(), LocationSize::precise(size_));
    for (; inst; inst = inst->getNextNode()) {
      if (inst == &zeroing_ || isDiscard(*inst))
        return Fate::Overwritten;
      // A filler is said to read what it is given, as any helper.
      if (auto range = written(*inst)) {
        if (range->begin <= piece.begin && piece.end <= range->end)
          return Fate::Overwritten;
        continue;
      }
      if (isRefSet(aliases_.getModRefInfo(inst, record)))
        return Fate::Seen;
    }
    return Fate::Passed;
  }

  /// What is thrown away is seen by no one.
  bool isDiscard(const Instruction &inst) const {
    auto *call = dyn_cast<CallInst>(&inst);
    return call && ir::helperId(*call) == BPF_FUNC_ringbuf_discard &&
           getUnderlyingObject(call->getArgOperand(0)) ==
               getUnderlyingObject(base_);
  }

  void zero(IRBuilderBase &builder, Range piece) {
    uint64_t alignment = zeroing_.getDestAlign().valueOrOne().value();
    while (piece.begin < piece.end) {
      uint64_t bytes = 8;
      while (bytes > alignment || piece.begin % bytes ||
             piece.begin + static_cast<int64_t>(bytes) > piece.end)
        bytes /= 2;
      Value *at = builder.CreatePtrAdd(zeroing_.getDest(),
                                       builder.getInt64(piece.begin));
      builder.CreateAlignedStore(builder.getIntN(bytes * 8, 0), at,
                                 Align(bytes));
      piece.begin += bytes;
    }
  }

  MemSetInst &zeroing_;
  AAResults &aliases_;
  Value *base_;
  int64_t offset_ = 0; ///< of the zeroed memory from its base
  int64_t size_;
  bool isPrivate_; ///< nobody sees it after the program: not a map value
};

} // namespace

PreservedAnalyses ZeroRecords::run(Function &function,
                                   FunctionAnalysisManager &analyses) {
  auto &aliases = analyses.getResult<AAManager>(function);
  bool changed = false;
  for (Instruction &inst : make_early_inc_range(instructions(function))) {
    auto *zeroing = dyn_cast<MemSetInst>(&inst);
    auto *bytes =
        zeroing ? dyn_cast<ConstantInt>(zeroing->getLength()) : nullptr;
    auto *value =
        zeroing ? dyn_cast<ConstantInt>(zeroing->getValue()) : nullptr;
    if (!bytes || !value || !value->isZero() || zeroing->isVolatile() ||
        bytes->getZExtValue() > kLargestRecord)
      continue;
    RecordZeroing(*zeroing, bytes->getZExtValue(), aliases).run();
    changed = true;
  }
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace whistler::passes
