// Fills and copies of memory that take more stores than the target makes of
// one. It calls memset or memcpy for those, which eBPF has not; so a record
// with a path of 4096 bytes could not be zeroed. Each becomes several of a
// length that the target writes in a row.
//
//   call void @llvm.memset(ptr align 8 %record, i8 0, i64 4100, i1 false)
// =>
//   call void @llvm.memset(ptr align 8 %record, i8 0, i64 1024, i1 false)
//   %next = getelementptr i8, ptr %record, i64 1024
//   call void @llvm.memset(ptr align 8 %next, i8 0, i64 1024, i1 false)
//   …
//
// No loop: the verifier follows each round of one, so that it would cost more
// to verify than what it saves in instructions.
//
// Must run after LLVM's pipeline: its MemCpyOpt joins neighbours again.

#include "LongFills.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>

#include <algorithm>

using namespace llvm;

namespace whistler::backend {

namespace {

/// BPFSubtarget's getCommonMaxStoresPerMemFunc, and the widest store.
constexpr uint64_t kMostStores = 128;
constexpr uint64_t kWidestStore = 8;

/// Both ends of a fill have the alignment of its destination.
Align alignmentOf(const MemIntrinsic &fill) {
  Align alignment = fill.getDestAlign().valueOrOne();
  if (auto *copy = dyn_cast<MemTransferInst>(&fill))
    alignment = std::min(alignment, copy->getSourceAlign().valueOrOne());
  return alignment;
}

/// 0 when the target writes all of it in a row, or the length is not known.
uint64_t pieceOf(const MemIntrinsic &fill) {
  auto *length = dyn_cast<ConstantInt>(fill.getLength());
  uint64_t piece =
      kMostStores * std::min(alignmentOf(fill).value(), kWidestStore);
  return length && length->getZExtValue() > piece ? piece : 0;
}

void writePiece(IRBuilder<> &builder, MemIntrinsic &fill, uint64_t offset,
                uint64_t bytes) {
  auto at = [&](Value *pointer) {
    return offset == 0
               ? pointer
               : builder.CreatePtrAdd(pointer, builder.getInt64(offset));
  };
  // A piece begins where its alignment still holds.
  MaybeAlign alignment = fill.getDestAlign();
  if (auto *set = dyn_cast<MemSetInst>(&fill))
    builder.CreateMemSet(at(set->getRawDest()), set->getValue(), bytes,
                         alignment, set->isVolatile());
  else if (auto *copy = dyn_cast<MemCpyInst>(&fill))
    builder.CreateMemCpy(at(copy->getRawDest()), alignment,
                         at(copy->getRawSource()), copy->getSourceAlign(),
                         bytes, copy->isVolatile());
}

void divide(MemIntrinsic &fill, uint64_t piece) {
  IRBuilder<> builder(&fill);
  uint64_t length = cast<ConstantInt>(fill.getLength())->getZExtValue();
  for (uint64_t offset = 0; offset < length; offset += piece)
    writePiece(builder, fill, offset, std::min(piece, length - offset));
  fill.eraseFromParent();
}

} // namespace

void divideLongFills(Module &module) {
  for (Function &function : module)
    for (Instruction &instruction :
         make_early_inc_range(instructions(function)))
      // Parts of a move may overlap: only as a whole is it one.
      if (isa<MemSetInst, MemCpyInst>(instruction)) {
        auto &fill = cast<MemIntrinsic>(instruction);
        if (uint64_t piece = pieceOf(fill))
          divide(fill, piece);
      }
}

} // namespace whistler::backend
