// Fields of a struct or union, those of anonymous members flattened in.
//
// Bitfields come in two encodings. With the struct's kind flag (pahole since
// 2018) a member carries its width beside its offset. Without, the member's
// integer type carries bits and an offset of its own, which adds to the
// member's. Both end as bitOffset and bitSize here.
//
// Nesting is bounded in depth and in visited members: in hostile BTF thirty
// structs that each hold the next one twice would flatten to 2^30 fields.

#include "Layout.h"

#include "whistler/btf/Errors.h"

namespace whistler::btf {
namespace {

constexpr uint32_t kMaxMembers = 1u << 17; // one record holds 65,535 at most

class Flattener {
public:
  Flattener(const Image &image, Aggregate &result)
      : image_(image), result_(result) {}

  /// Appends the members of `type`, which starts at bit `start`.
  llvm::Error add(const Stripped &aggregate, uint64_t start, unsigned depth);

private:
  llvm::Error addMember(const Stripped &parent, uint32_t index, uint64_t start,
                        unsigned depth);
  llvm::Expected<Field> place(const Stripped &parent, uint32_t index,
                              const Stripped &type) const;

  const Image &image_;
  Aggregate &result_;
  uint32_t visited_ = 0;
};

/// The member's place in its immediate parent, with nothing but its type and
/// position filled in.
llvm::Expected<Field> Flattener::place(const Stripped &parent, uint32_t index,
                                       const Stripped &type) const {
  const btf_member &member = btf_members(parent.type)[index];
  Field field;
  field.type = member.type;
  field.bitOffset = btf_member_bit_offset(parent.type, index);
  field.bitSize = btf_member_bitfield_size(parent.type, index);
  const bool isScalar = btf_is_int(type.type) || btf_is_any_enum(type.type);
  if (field.bitSize && !isScalar)
    return image_.corrupt(parent.id, "has a bitfield that is no integer");
  if (!field.bitSize && btf_is_int(type.type) &&
      btf_int_bits(type.type) != 8 * type.type->size) {
    field.bitOffset += btf_int_offset(type.type);
    field.bitSize = btf_int_bits(type.type);
  }
  uint64_t bits = field.bitSize;
  if (!bits) {
    llvm::Expected<uint64_t> bytes = sizeOf(image_, member.type);
    if (!bytes)
      return bytes.takeError();
    if (*bytes > parent.type->size)
      return image_.corrupt(parent.id, "has a member larger than itself");
    if (field.bitOffset % 8)
      return image_.corrupt(parent.id, "has a member at no byte's start");
    bits = 8 * *bytes;
  } else if (bits > 8ull * type.type->size) {
    return image_.corrupt(parent.id, "has a bitfield wider than its type");
  }
  if (field.bitOffset + bits > 8ull * parent.type->size)
    return image_.corrupt(parent.id, "has a member outside of itself");
  return field;
}

llvm::Error Flattener::addMember(const Stripped &parent, uint32_t index,
                                 uint64_t start, unsigned depth) {
  if (++visited_ > kMaxMembers)
    return image_.corrupt(result_.id, "has too many members");
  const btf_member &member = btf_members(parent.type)[index];
  llvm::Expected<Stripped> type = strip(image_, member.type);
  if (!type)
    return type.takeError();
  llvm::Expected<Field> field = place(parent, index, *type);
  if (!field)
    return field.takeError();
  field->bitOffset += start;
  field->name = btf__name_by_offset(image_.raw, member.name_off);
  if (!field->name.empty())
    result_.fields.push_back(std::move(*field));
  else if (btf_is_composite(type->type))
    return add(*type, field->bitOffset, depth + 1);
  return llvm::Error::success(); // an unnamed bitfield is padding
}

llvm::Error Flattener::add(const Stripped &aggregate, uint64_t start,
                           unsigned depth) {
  if (depth > kMaxDepth)
    return image_.corrupt(aggregate.id, "is nested without end");
  for (uint32_t i = 0; i < btf_vlen(aggregate.type); ++i)
    if (llvm::Error error = addMember(aggregate, i, start, depth))
      return error;
  return llvm::Error::success();
}

} // namespace

llvm::Expected<Aggregate> layOut(const Image &image, TypeId id) {
  llvm::Expected<Stripped> stripped = strip(image, id);
  if (!stripped)
    return stripped.takeError();
  const btf_type *type = stripped->type;
  if (!btf_is_composite(type))
    return llvm::make_error<UnknownTypeError>("BTF id " + std::to_string(id));

  Aggregate result;
  llvm::StringRef name = nameOf(image, type);
  result.isTypedefName = name.empty() && !stripped->typedefName.empty();
  result.name = (result.isTypedefName ? stripped->typedefName : name).str();
  result.kind =
      btf_is_union(type) ? AggregateKind::Union : AggregateKind::Struct;
  result.id = stripped->id;
  result.bytes = type->size;
  result.fields.reserve(btf_vlen(type));
  if (llvm::Error error = Flattener(image, result).add(*stripped, 0, 0))
    return error;
  return result;
}

} // namespace whistler::btf
