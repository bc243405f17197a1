// The numbers behind CO-RE field relocations, from debug types: byte offset,
// size, existence, signedness and the two shifts of a bitfield. The rules are
// those of LLVM's BPFAbstractMemberAccess and of the kernel's
// Documentation/bpf/llvm_reloc.rst; what LLVM ends the process for is an error
// here.

#include "FieldInfo.h"

#include "whistler/backend/Target.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/DebugInfo/BTF/BTF.h>
#include <llvm/IR/Constants.h>

using namespace llvm;

namespace whistler::backend {

namespace {

Error refuse(const Twine &what) {
  return make_error<BackendError>("", 0, "CO-RE access: " + what.str());
}

struct BitRange {
  uint64_t start = 0, end = 0;
};

/// The aligned unit that holds a bitfield.
Expected<BitRange> storage(const DIDerivedType &member, uint64_t alignment) {
  uint64_t offset = member.getOffsetInBits(), size = member.getSizeInBits();
  uint64_t unit = std::min<uint64_t>(alignment, 8) * 8;
  uint64_t start = offset / unit * unit;
  if (size > unit || start + unit < offset + size)
    return refuse("bitfield `" + member.getName() +
                  "` does not lie within an aligned unit of " +
                  Twine(unit / 8) + " bytes");
  return BitRange{start, start + unit};
}

/// Size in bits of a member or array element that is no bitfield.
Expected<uint64_t> plainSize(DICompositeType &type, DIDerivedType *member) {
  if (member)
    return member->getSizeInBits();
  DIType *element = strip(type.getBaseType());
  if (!element)
    return refuse("array of unknown elements");
  Expected<uint64_t> count = elementCount(type, 1);
  if (!count)
    return count.takeError();
  return *count * element->getSizeInBits();
}

Expected<uint64_t> byteOffset(DICompositeType &type, DIDerivedType *member,
                              uint64_t index, uint64_t alignment) {
  if (!member) {
    Expected<uint64_t> size = plainSize(type, member);
    if (!size)
      return size.takeError();
    return index * (*size / 8);
  }
  if (type.getTag() == dwarf::DW_TAG_union_type)
    return 0;
  if (!member->isBitField())
    return member->getOffsetInBits() / 8;
  Expected<BitRange> range = storage(*member, alignment);
  if (!range)
    return range.takeError();
  return range->start / 8;
}

Expected<uint64_t> isSigned(DIType *type) {
  type = strip(type);
  while (auto *composite = dyn_cast_or_null<DICompositeType>(type)) {
    if (composite->getTag() != dwarf::DW_TAG_enumeration_type)
      break;
    type = strip(composite->getBaseType());
  }
  auto *basic = dyn_cast_or_null<DIBasicType>(type);
  if (!basic)
    return refuse("the field has no signedness");
  return basic->getEncoding() == dwarf::DW_ATE_signed ||
         basic->getEncoding() == dwarf::DW_ATE_signed_char;
}

Expected<uint64_t> shift(uint32_t kind, DICompositeType &type,
                         DIDerivedType *member, uint64_t alignment) {
  if (!member || !member->isBitField()) {
    Expected<uint64_t> size = plainSize(type, member);
    if (!size)
      return size.takeError();
    if (*size > 64)
      return refuse("field larger than 64 bits");
    return 64 - *size;
  }
  Expected<BitRange> range = storage(*member, alignment);
  if (!range)
    return range.takeError();
  if (kind == BTF::FIELD_RSHIFT_U64)
    return 64 - member->getSizeInBits();
  return range->start + 64 - member->getOffsetInBits() -
         member->getSizeInBits();
}

Expected<uint64_t> byteSize(DICompositeType &type, DIDerivedType *member,
                            uint64_t alignment) {
  if (member && member->isBitField()) {
    Expected<BitRange> range = storage(*member, alignment);
    if (!range)
      return range.takeError();
    return (range->end - range->start) / 8;
  }
  Expected<uint64_t> size = plainSize(type, member);
  if (!size)
    return size.takeError();
  return *size / 8;
}

} // namespace

DIType *strip(DIType *type, bool keepTypedef) {
  while (auto *derived = dyn_cast_or_null<DIDerivedType>(type)) {
    unsigned tag = derived->getTag();
    bool transparent =
        tag == dwarf::DW_TAG_const_type || tag == dwarf::DW_TAG_volatile_type ||
        tag == dwarf::DW_TAG_restrict_type || tag == dwarf::DW_TAG_member ||
        (tag == dwarf::DW_TAG_typedef && !keepTypedef);
    if (!transparent)
      break;
    type = derived->getBaseType();
  }
  return type;
}

Expected<uint64_t> elementCount(const DICompositeType &array,
                                unsigned fromDimension) {
  uint64_t count = 1;
  DINodeArray dimensions = array.getElements();
  for (unsigned i = fromDimension; i < dimensions.size(); ++i) {
    auto *range = dyn_cast_or_null<DISubrange>(dimensions[i]);
    if (!range)
      continue;
    auto *size = dyn_cast_if_present<ConstantInt *>(range->getCount());
    if (!size)
      return refuse("array whose size is no constant");
    count *= size->getZExtValue();
  }
  return count;
}

Expected<uint64_t> fieldInfo(uint32_t kind, DICompositeType &type,
                             uint64_t index, uint64_t offset,
                             uint64_t alignment) {
  DIDerivedType *member = nullptr;
  if (type.getTag() != dwarf::DW_TAG_array_type) {
    if (index >= type.getElements().size())
      return refuse("`" + type.getName() + "` has no member number " +
                    Twine(index));
    member = dyn_cast_or_null<DIDerivedType>(type.getElements()[index]);
    if (!member)
      return refuse("element " + Twine(index) + " of `" + type.getName() +
                    "` is no member");
  }
  switch (kind) {
  case BTF::FIELD_EXISTENCE:
    return 1;
  case BTF::FIELD_BYTE_OFFSET: {
    Expected<uint64_t> own = byteOffset(type, member, index, alignment);
    if (!own)
      return own.takeError();
    return offset + *own;
  }
  case BTF::FIELD_BYTE_SIZE:
    return byteSize(type, member, alignment);
  case BTF::FIELD_SIGNEDNESS:
    return isSigned(member ? member->getBaseType() : type.getBaseType());
  case BTF::FIELD_LSHIFT_U64:
  case BTF::FIELD_RSHIFT_U64:
    return shift(kind, type, member, alignment);
  default:
    return refuse("unknown kind of field relocation " + Twine(kind));
  }
}

} // namespace whistler::backend
