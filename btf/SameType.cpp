// Structural identity of two types.
//
// A kernel image can hold one struct several times: the deduplication keeps
// two copies apart when a pointee deep below is complete in one object file
// and a forward declaration in the other. To a program they are one type, so
// look-ups by name ask here before they report an ambiguity.
//
// A pair under comparison is assumed equal when it is met again (the usual
// coinductive rule for recursive types), which also ends cycles. A budget ends
// what hostile BTF could blow up; running out of it means "not the same".

#include "SameType.h"

#include <llvm/ADT/DenseSet.h>

namespace whistler::btf {
namespace {

class Comparison {
public:
  explicit Comparison(const Image &image) : image_(image) {}

  bool same(TypeId a, TypeId b, unsigned depth);

private:
  bool sameBody(const btf_type *a, const btf_type *b, unsigned depth);
  bool sameMembers(const btf_type *a, const btf_type *b, unsigned depth);
  bool samePrototype(const btf_type *a, const btf_type *b, unsigned depth);
  bool sameEnumerators(const btf_type *a, const btf_type *b) const;
  bool samePointee(TypeId a, TypeId b, unsigned depth);
  bool sameString(uint32_t a, uint32_t b) const {
    return a == b || llvm::StringRef(btf__name_by_offset(image_.raw, a)) ==
                         btf__name_by_offset(image_.raw, b);
  }

  const Image &image_;
  llvm::DenseSet<std::pair<TypeId, TypeId>> assumed_;
  unsigned budget_ = 1u << 18;
};

bool Comparison::same(TypeId a, TypeId b, unsigned depth) {
  if (a == b)
    return true;
  if (depth > 2 * kMaxDepth || budget_ == 0)
    return false;
  --budget_;
  llvm::Expected<Stripped> left = strip(image_, a), right = strip(image_, b);
  if (!left || !right) {
    llvm::consumeError(left.takeError());
    llvm::consumeError(right.takeError());
    return false;
  }
  if (left->id == right->id || !assumed_.insert({left->id, right->id}).second)
    return true;
  return btf_kind(left->type) == btf_kind(right->type) &&
         sameString(left->type->name_off, right->type->name_off) &&
         sameBody(left->type, right->type, depth + 1);
}

bool Comparison::sameBody(const btf_type *a, const btf_type *b,
                          unsigned depth) {
  switch (btf_kind(a)) {
  case BTF_KIND_UNKN:
    return true;
  case BTF_KIND_INT:
    return a->size == b->size && btf_int_encoding(a) == btf_int_encoding(b) &&
           btf_int_bits(a) == btf_int_bits(b) &&
           btf_int_offset(a) == btf_int_offset(b);
  case BTF_KIND_FLOAT:
    return a->size == b->size;
  case BTF_KIND_FWD:
    return btf_kflag(a) == btf_kflag(b);
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64:
    return a->size == b->size && sameEnumerators(a, b);
  case BTF_KIND_PTR:
    return samePointee(a->type, b->type, depth);
  case BTF_KIND_ARRAY:
    return btf_array(a)->nelems == btf_array(b)->nelems &&
           same(btf_array(a)->type, btf_array(b)->type, depth);
  case BTF_KIND_STRUCT:
  case BTF_KIND_UNION:
    return a->size == b->size && sameMembers(a, b, depth);
  case BTF_KIND_FUNC_PROTO:
    return samePrototype(a, b, depth);
  default:
    return false;
  }
}

bool Comparison::sameMembers(const btf_type *a, const btf_type *b,
                             unsigned depth) {
  if (btf_vlen(a) != btf_vlen(b))
    return false;
  for (uint32_t i = 0; i < btf_vlen(a); ++i) {
    const btf_member &left = btf_members(a)[i], &right = btf_members(b)[i];
    if (!sameString(left.name_off, right.name_off) ||
        btf_member_bit_offset(a, i) != btf_member_bit_offset(b, i) ||
        btf_member_bitfield_size(a, i) != btf_member_bitfield_size(b, i) ||
        !same(left.type, right.type, depth))
      return false;
  }
  return true;
}

bool Comparison::samePrototype(const btf_type *a, const btf_type *b,
                               unsigned depth) {
  if (btf_vlen(a) != btf_vlen(b) || !same(a->type, b->type, depth))
    return false;
  for (uint32_t i = 0; i < btf_vlen(a); ++i)
    if (!same(btf_params(a)[i].type, btf_params(b)[i].type, depth))
      return false;
  return true;
}

bool Comparison::sameEnumerators(const btf_type *a, const btf_type *b) const {
  if (btf_vlen(a) != btf_vlen(b) || btf_kflag(a) != btf_kflag(b))
    return false;
  for (uint32_t i = 0; i < btf_vlen(a); ++i) {
    const bool isWide = btf_is_enum64(a);
    const uint32_t left =
        isWide ? btf_enum64(a)[i].name_off : btf_enum(a)[i].name_off;
    const uint32_t right =
        isWide ? btf_enum64(b)[i].name_off : btf_enum(b)[i].name_off;
    const bool sameValue = isWide ? btf_enum64_value(btf_enum64(a) + i) ==
                                        btf_enum64_value(btf_enum64(b) + i)
                                  : btf_enum(a)[i].val == btf_enum(b)[i].val;
    if (!sameValue || !sameString(left, right))
      return false;
  }
  return true;
}

/// A named aggregate behind a pointer is the same as another of that name,
/// complete or not; anything else is compared like a value.
bool Comparison::samePointee(TypeId a, TypeId b, unsigned depth) {
  llvm::Expected<Stripped> left = strip(image_, a), right = strip(image_, b);
  if (!left || !right) {
    llvm::consumeError(left.takeError());
    llvm::consumeError(right.takeError());
    return false;
  }
  auto isAggregate = [](const btf_type *type) {
    return btf_is_composite(type) || btf_is_fwd(type);
  };
  if (isAggregate(left->type) && isAggregate(right->type) &&
      left->type->name_off)
    return sameString(left->type->name_off, right->type->name_off);
  return same(left->id, right->id, depth);
}

} // namespace

bool isSameType(const Image &image, TypeId a, TypeId b) {
  return Comparison(image).same(a, b, 0);
}

} // namespace whistler::btf
