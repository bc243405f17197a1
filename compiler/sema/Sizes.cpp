// Whether what is stored fits its place. A store cuts a number to the width of
// its place, which is what a program wants of a sum that overflows; of a number
// that stands in the source it is worth a word. Memory is copied whole, so its
// size must be that of the place; a text is filled up.

#include "Places.h"

#include <llvm/Support/MathExtras.h>

namespace whistler::compiler {

bool fitsIn(uint64_t value, unsigned bits) {
  // A pattern of bits may be written with either sign: -1, #xff.
  return llvm::isUIntN(bits, value) || llvm::isIntN(bits, int64_t(value));
}

uint64_t bytesAt(Analyzer &a, const Node &pointer) {
  const ValueType &type = pointer.type;
  if (pointer.kind == NodeKind::KernelAddress)
    return pointer.field->bytes;
  if (pointer.kind == NodeKind::AddressOf)
    return type.elementBits / 8;
  if (type.arrayBytes != 0 || type.pointee.empty())
    return type.arrayBytes;
  const StructInfo *record = a.findStruct(type.pointee);
  return record ? record->bytes : 0;
}

bool staysInside(Analyzer &a, const Form *call, const ValueType &memory,
                 const NodePtr &offset, uint64_t bytes) {
  const StructInfo *record = memory.space == Space::Stack &&
                                     !memory.pointee.empty() &&
                                     memory.arrayBytes == 0
                                 ? a.findStruct(memory.pointee)
                                 : nullptr;
  if (!record || isError(offset) || !isLiteral(offset))
    return true;
  bool fits =
      bytes <= record->bytes && offset->integer <= record->bytes - bytes;
  if (!fits)
    a.report(call, Kind::MemoryTooSmall,
             {toString(call->cons.car),
              std::to_string(int64_t(offset->integer + bytes)),
              lispName(memory.pointee), std::to_string(record->bytes)});
  return fits;
}

void fitText(Node &value, uint64_t bytes) {
  if (value.kind != NodeKind::StringRef || value.text.size() > bytes)
    return;
  value.text.resize(bytes);
  value.type.arrayBytes = bytes;
}

namespace {

std::string decimal(uint64_t value, bool isSigned) {
  return isSigned ? std::to_string(int64_t(value)) : std::to_string(value);
}

/// `value` after a store into `bits`.
std::string cut(uint64_t value, unsigned bits, bool isSigned) {
  uint64_t kept = value & llvm::maskTrailingOnes<uint64_t>(bits);
  return isSigned ? std::to_string(llvm::SignExtend64(kept, bits))
                  : std::to_string(kept);
}

} // namespace

void checkFits(Analyzer &a, const NodePtr &value, const ValueType &type,
               unsigned bits) {
  if (isError(value) || !isLiteral(value) || type.isPointer || type.isBool ||
      fitsIn(value->integer, bits))
    return;
  ValueType shown = type;
  shown.bits = uint8_t(bits);
  a.diagnostics.report(value->span, Kind::LiteralCut,
                       {decimal(value->integer, value->type.isSigned),
                        describe(shown),
                        cut(value->integer, bits, type.isSigned)});
}

void checkFits(Analyzer &a, const NodePtr &value, const ValueType &type) {
  checkFits(a, value, type, type.bits);
}

} // namespace whistler::compiler
