// A bitfield without a helper. The verifier permits a load through a typed
// pointer that covers a bitfield's bytes and does not begin behind the first of
// them, unless a member that is no bitfield is met before (btf_struct_walk in
// kernel/bpf/btf.c). In the bytes of the field alone there can be none, on no
// kernel; in the unit of the declared type, which BPF_CORE_READ_BITFIELD loads,
// there can.
//
// CO-RE gives the unit's offset and how far the field's value must be shifted
// out of it (bpf_core_calc_field_relo in libbpf's relo_core.c), and not where
// its first byte is. So the shifts are compared with the build host's: a
// constant for the verifier, which removes the comparison and the other way.

#include "BitfieldLoad.h"

#include "whistler/ir/Operations.h"

#include <llvm/Support/MathExtras.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr uint64_t kUnitBits = 64; ///< that CO-RE's shifts are for

/// First bit of the unit: aligned, of the declared type's size, or more when
/// the bits go beyond it.
uint64_t unitStart(const ir::Field &field) {
  uint64_t first = field.bitOffset(), bits = field.bytes * 8;
  while (bits < kUnitBits && first / bits != (first + field.bitSize - 1) / bits)
    bits *= 2;
  return alignDown(first, bits);
}

} // namespace

std::optional<BitfieldLoad> bitfieldLoad(const ir::Field &field) {
  uint64_t first = field.bitOffset(), end = first + field.bitSize,
           unit = unitStart(field);
  BitfieldLoad load;
  load.bytes = divideCeil(end, 8) - first / 8;
  load.lowerBits = first % 8;
  load.byteInUnit = (first - unit) / 8;
  load.endInUnit = end - unit;
  if (!field.isDirect || !isPowerOf2_64(load.bytes) || load.bytes > 8 ||
      first / 8 % load.bytes || load.endInUnit > kUnitBits)
    return std::nullopt;
  return load;
}

Value *createBitfieldGuard(IRBuilderBase &builder, const ir::Field &field,
                           const BitfieldLoad &load) {
  auto is = [&](ir::CoreFact fact, uint64_t value) {
    return builder.CreateICmpEQ(ir::createCoreFact(builder, fact, field),
                                builder.getInt64(value));
  };
  Value *isEnd = is(ir::CoreFact::FieldLShiftU64, kUnitBits - load.endInUnit);
  Value *isWidth = is(ir::CoreFact::FieldRShiftU64, kUnitBits - field.bitSize);
  return builder.CreateAnd(isEnd, isWidth);
}

Value *createBitfieldAddress(IRBuilderBase &builder, Value *base,
                             const ir::Field &field, const BitfieldLoad &load,
                             bool baked) {
  if (baked)
    return builder.CreatePtrAdd(base, builder.getInt64(field.byteOffset()));
  Value *unit =
      ir::createCoreFact(builder, ir::CoreFact::FieldByteOffset, field);
  Value *address = builder.CreatePtrAdd(base, unit);
  if (load.byteInUnit == 0)
    return address;
  return builder.CreatePtrAdd(address, builder.getInt64(load.byteInUnit));
}

Value *createBitfieldValue(IRBuilderBase &builder, Value *loaded,
                           const ir::Field &field, const BitfieldLoad &load) {
  Value *bits = builder.CreateZExt(loaded, builder.getInt64Ty());
  bits = builder.CreateShl(bits, kUnitBits - load.lowerBits - field.bitSize);
  uint64_t right = kUnitBits - field.bitSize;
  return field.isSigned ? builder.CreateAShr(bits, right)
                        : builder.CreateLShr(bits, right);
}

} // namespace whistler::passes
