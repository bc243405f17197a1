// A record is zeroed whole where it is reserved, so that no stale bytes reach
// user space. LLVM's dead store elimination shortens such a memset only at its
// ends, and does not see that a kernel copy overwrites what was zeroed:
//
//   call void @llvm.memset(ptr %event, i8 0, i64 24, i1 false)
//   … store pid at 0; call @whistler.kernel.copy(ptr %event + 8, i64 16, …)
// =>
//   store i32 0, ptr %event                    ; left to LLVM's DSE
//   store i32 0, ptr %event + 4
//   …                                          ; nothing for bytes 8 … 24
//
// Runs where stores and reads are still plain, before reads are fused or read
// in place, and is followed by LLVM's DSE. Run after it, instcombine would not
// join the pieces again; memcpyopt would, so it must not run in between.

#include "ZeroRecords.h"

#include "whistler/ir/Operations.h"

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>

#include <set>

#define DEBUG_TYPE "whistler-zero-records"

using namespace llvm;

namespace whistler::passes {

namespace {

/// Larger ones stay a memset: pieces would cost more than they save.
constexpr uint64_t kLargestRecord = 256;

/// Bytes [begin, end) of a record.
struct Range {
  int64_t begin, end;
};

class RecordZeroing {
public:
  RecordZeroing(MemSetInst &zeroing, uint64_t bytes, AAResults &aliases)
      : zeroing_(zeroing), aliases_(aliases), size_(bytes) {
    base_ = GetPointerBaseWithConstantOffset(zeroing.getDest(), offset_,
                                             zeroing.getDataLayout());
  }

  void run() {
    std::set<int64_t> cuts = {0, size_};
    for (Instruction &inst : instructions(*zeroing_.getFunction()))
      if (auto range = written(inst))
        for (int64_t cut : {range->begin, range->end})
          if (cut > 0 && cut < size_)
            cuts.insert(cut);
    std::vector<Range> copied = surelyCopied();
    IRBuilder<> builder(&zeroing_);
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
      Range piece{*cut, *std::next(cut)};
      if (none_of(copied, [&](const Range &range) {
            return range.begin <= piece.begin && piece.end <= range.end;
          }))
        zero(builder, piece);
    }
    zeroing_.eraseFromParent();
  }

private:
  /// What `inst` writes of the record, at constant places.
  std::optional<Range> written(Instruction &inst) const {
    Value *address;
    uint64_t bytes;
    if (auto *store = dyn_cast<StoreInst>(&inst)) {
      address = store->getPointerOperand();
      bytes = inst.getDataLayout().getTypeStoreSize(
          store->getValueOperand()->getType());
    } else if (auto operation = ir::matchOperation(inst);
               operation && operation->operation == ir::Operation::KernelCopy) {
      address = inst.getOperand(0);
      bytes = cast<ConstantInt>(inst.getOperand(1))->getZExtValue();
    } else {
      return std::nullopt;
    }
    int64_t at = 0;
    if (GetPointerBaseWithConstantOffset(address, at, inst.getDataLayout()) !=
        base_)
      return std::nullopt;
    return Range{at - offset_, at - offset_ + static_cast<int64_t>(bytes)};
  }

  /// What copies of the same block overwrite before anything can look.
  std::vector<Range> surelyCopied() const {
    std::vector<Range> ranges;
    MemoryLocation record(zeroing_.getDest(), LocationSize::precise(size_));
    for (Instruction *inst = zeroing_.getNextNode(); inst;
         inst = inst->getNextNode()) {
      if (isRefSet(aliases_.getModRefInfo(inst, record)))
        break;
      if (auto range = written(*inst); range && isa<CallInst>(inst))
        ranges.push_back(*range);
    }
    return ranges;
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
