// Whether a program may load a member through a typed kernel pointer.
//
// The kernel's verifier knows nothing of names: it looks up what lies at an
// offset, member after member, and the first one that holds the offset decides
// (btf_struct_walk in kernel/bpf/btf.c, Linux 6.18). In a union that is not
// always the member meant; a pointer must be hit exactly; a load must cover a
// bitfield and may not begin behind its first byte; arrays are looked through
// to their elements. This is the same walk for one known member, refusing what
// a kernel might: an access that an older kernel takes as an error counts as
// one (beyond the end of a union's first member, for instance).
//
// Of a bitfield the bytes that its bits are in are loaded, and no others: an
// earlier member that is none can't lie in them.
//
// Of an aggregate its first byte decides: what an earlier member of a union
// around it has ends below it, or has its first byte too.

#include "StructWalk.h"

#include <llvm/Support/MathExtras.h>

#include <optional>

namespace whistler::btf {
namespace {

class Walk {
public:
  Walk(const Image &image, const Field &field, const Stripped &wanted,
       uint64_t bytes)
      : image_(image), wanted_(wanted), offset_(field.bitOffset / 8),
        bytes_(bytes) {}

  llvm::Expected<DirectLoad> from(TypeId record);

private:
  /// One struct or union; nothing when the walk goes on in `next_`.
  llvm::Expected<std::optional<DirectLoad>> step(const btf_type *record);
  llvm::Expected<std::optional<DirectLoad>> enter(const btf_member &member,
                                                  uint64_t start);
  DirectLoad atPointer(const btf_type *pointer) const;
  bool isAggregate() const {
    return btf_is_composite(wanted_.type) || btf_is_array(wanted_.type);
  }

  const Image &image_;
  const Stripped &wanted_;
  uint64_t offset_, bytes_; ///< of the access, in the record walked
  TypeId next_ = 0;
};

/// A struct without a tag: `__user`, `__percpu` and `__rcu` ones may not be
/// followed just so.
DirectLoad Walk::atPointer(const btf_type *pointer) const {
  if (!btf_is_ptr(wanted_.type))
    return DirectLoad::Refused;
  const btf_type *target = btf__type_by_id(image_.raw, pointer->type);
  if (!target || btf_is_type_tag(target))
    return DirectLoad::Scalar;
  llvm::Expected<Stripped> pointee = strip(image_, pointer->type);
  if (!pointee) {
    llvm::consumeError(pointee.takeError());
    return DirectLoad::Scalar;
  }
  return btf_is_composite(pointee->type) ? DirectLoad::TypedPointer
                                         : DirectLoad::Scalar;
}

/// Inside of a member that holds the first byte.
llvm::Expected<std::optional<DirectLoad>> Walk::enter(const btf_member &member,
                                                      uint64_t start) {
  llvm::Expected<uint64_t> size = sizeOf(image_, member.type);
  if (!size)
    return size.takeError();
  llvm::Expected<Stripped> type = strip(image_, member.type);
  if (!type)
    return type.takeError();
  if (type->id == wanted_.id && offset_ == start && isAggregate())
    return DirectLoad::Scalar;
  uint64_t end = start + *size;
  while (btf_is_array(type->type)) {
    type = strip(image_, btf_array(type->type)->type);
    if (!type)
      return type.takeError();
    size = sizeOf(image_, type->id);
    if (!size)
      return size.takeError();
    if (*size == 0)
      return DirectLoad::Refused;
    start += (offset_ - start) / *size * *size;
  }
  if (btf_is_composite(type->type)) {
    next_ = type->id;
    offset_ -= start;
    return std::nullopt;
  }
  if (isAggregate() || offset_ + bytes_ > end)
    return DirectLoad::Refused;
  if (!btf_is_ptr(type->type))
    return DirectLoad::Scalar;
  if (offset_ != start || bytes_ != *size)
    return DirectLoad::Refused;
  return atPointer(type->type);
}

llvm::Expected<std::optional<DirectLoad>> Walk::step(const btf_type *record) {
  if (offset_ + bytes_ > record->size)
    return DirectLoad::Refused;
  for (uint32_t i = 0; i < btf_vlen(record); ++i) {
    const btf_member &member = btf_members(record)[i];
    const uint64_t bit = btf_member_bit_offset(record, i), start = bit / 8;
    if (offset_ + bytes_ <= start)
      break;
    if (uint32_t bits = btf_member_bitfield_size(record, i)) {
      bool isCovered =
          offset_ <= start && (bit + bits + 7) / 8 <= offset_ + bytes_;
      if (isCovered)
        return isAggregate() ? DirectLoad::Refused : DirectLoad::Scalar;
      continue;
    }
    if (offset_ < start)
      break;
    llvm::Expected<uint64_t> size = sizeOf(image_, member.type);
    if (!size)
      return size.takeError();
    if (offset_ < start + *size)
      return enter(member, start);
  }
  return DirectLoad::Refused;
}

llvm::Expected<DirectLoad> Walk::from(TypeId record) {
  next_ = record;
  for (unsigned depth = 0; depth <= kMaxDepth; ++depth) {
    llvm::Expected<Stripped> type = strip(image_, next_);
    if (!type)
      return type.takeError();
    if (!btf_is_composite(type->type))
      return DirectLoad::Refused;
    if (type->id == wanted_.id && offset_ == 0 && isAggregate())
      return DirectLoad::Scalar;
    auto found = step(type->type);
    if (!found)
      return found.takeError();
    if (*found)
      return **found;
  }
  return image_.corrupt(record, "is nested without end");
}

} // namespace

llvm::Expected<DirectLoad> walkStruct(const Image &image, TypeId record,
                                      const Field &field) {
  llvm::Expected<Stripped> wanted = strip(image, field.type);
  if (!wanted)
    return wanted.takeError();
  llvm::Expected<uint64_t> bytes = sizeOf(image, field.type);
  if (!bytes)
    return bytes.takeError();
  if (field.bitSize) {
    const uint64_t first = field.bitOffset / 8;
    *bytes = (field.bitOffset + field.bitSize + 7) / 8 - first;
    if (!llvm::isPowerOf2_64(*bytes) || first % *bytes)
      return DirectLoad::Refused;
  }
  if (*bytes == 0)
    return DirectLoad::Refused;
  return Walk(image, field, *wanted, *bytes).from(record);
}

} // namespace whistler::btf
