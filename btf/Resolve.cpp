// From a type id to the value type behind it.
//
// Modifiers are walked with a step limit rather than a set of visited ids:
// legitimate chains have a handful of links, the kernel refuses more than 32,
// and a limit costs nothing per look-up. The same holds for arrays of arrays.
// An array's size is computed here and not by btf__resolve_size because that
// one gives -E2BIG or a wrapped product on hostile counts.

#include "Resolve.h"

#include "whistler/btf/Errors.h"

namespace whistler::btf {

llvm::Error Image::corrupt(TypeId id, const char *what) const {
  return llvm::make_error<CorruptBtfError>(where, "type " + std::to_string(id) +
                                                      " " + what);
}

llvm::StringRef nameOf(const Image &image, const btf_type *type) {
  const char *name = btf__name_by_offset(image.raw, type->name_off);
  return name ? llvm::StringRef(name) : llvm::StringRef();
}

llvm::Expected<Stripped> strip(const Image &image, TypeId id) {
  Stripped result;
  result.id = id;
  for (unsigned step = 0; step <= kMaxDepth; ++step) {
    const btf_type *type = btf__type_by_id(image.raw, result.id);
    if (!type)
      return llvm::make_error<UnknownTypeError>("BTF id " + std::to_string(id));
    if (!btf_is_mod(type) && !btf_is_typedef(type)) {
      result.type = type;
      return result;
    }
    if (btf_is_typedef(type) && result.typedefName.empty())
      result.typedefName = nameOf(image, type);
    result.id = type->type;
  }
  return image.corrupt(id, "is a typedef or qualifier without end");
}

namespace {

/// Size of a type that is no array.
uint64_t plainSize(const Image &image, const btf_type *type) {
  switch (btf_kind(type)) {
  case BTF_KIND_INT:
  case BTF_KIND_STRUCT:
  case BTF_KIND_UNION:
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64:
  case BTF_KIND_FLOAT:
    return type->size;
  case BTF_KIND_PTR:
    return image.pointerBytes;
  default:
    return 0;
  }
}

llvm::Expected<TypeKind> kindOf(const Image &image, const Stripped &stripped) {
  switch (btf_kind(stripped.type)) {
  case BTF_KIND_UNKN:
    return TypeKind::Void;
  case BTF_KIND_INT:
    return btf_int_encoding(stripped.type) & BTF_INT_BOOL ? TypeKind::Bool
                                                          : TypeKind::Integer;
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64:
    return TypeKind::Enum;
  case BTF_KIND_FLOAT:
    return TypeKind::Float;
  case BTF_KIND_PTR:
    return TypeKind::Pointer;
  case BTF_KIND_ARRAY:
    return TypeKind::Array;
  case BTF_KIND_STRUCT:
    return TypeKind::Struct;
  case BTF_KIND_UNION:
    return TypeKind::Union;
  case BTF_KIND_FWD:
    return TypeKind::Forward;
  case BTF_KIND_FUNC:
  case BTF_KIND_FUNC_PROTO:
    return TypeKind::Function;
  default: // a variable, a data section, a declaration's tag
    return image.corrupt(stripped.id, "is used as a type but is none");
  }
}

/// An integer or enum wider than the language's widest, or of no width.
bool isOddScalar(const btf_type *type) {
  if (!btf_is_int(type) && !btf_is_any_enum(type))
    return false;
  const uint32_t bytes = type->size;
  const bool isPower = bytes && (bytes & (bytes - 1)) == 0;
  return !isPower || bytes > 16 ||
         (btf_is_int(type) &&
          btf_int_offset(type) + btf_int_bits(type) > 8 * bytes);
}

} // namespace

llvm::Expected<uint64_t> sizeOf(const Image &image, TypeId id) {
  uint64_t count = 1;
  TypeId next = id;
  for (unsigned depth = 0; depth <= kMaxDepth; ++depth) {
    llvm::Expected<Stripped> stripped = strip(image, next);
    if (!stripped)
      return stripped.takeError();
    const btf_type *type = stripped->type;
    const bool isArray = btf_is_array(type);
    const uint64_t factor =
        isArray ? btf_array(type)->nelems : plainSize(image, type);
    if (__builtin_mul_overflow(count, factor, &count))
      return image.corrupt(id, "is an array of more than 2^64 bytes");
    if (!isArray)
      return count;
    next = btf_array(type)->type;
  }
  return image.corrupt(id, "is an array without end");
}

bool isSignedEnum(const Image &image, const btf_type *type) {
  if (image.hasEnumSigns || btf_is_enum64(type))
    return btf_kflag(type);
  const struct btf_enum *value = btf_enum(type);
  for (uint32_t i = 0; i < btf_vlen(type); ++i)
    if (value[i].val < 0)
      return true;
  return false;
}

llvm::Expected<Type> resolve(const Image &image, TypeId id) {
  llvm::Expected<Stripped> stripped = strip(image, id);
  if (!stripped)
    return stripped.takeError();
  const btf_type *type = stripped->type;
  llvm::Expected<TypeKind> kind = kindOf(image, *stripped);
  if (!kind)
    return kind.takeError();
  if (isOddScalar(type))
    return image.corrupt(stripped->id, "is an integer of an impossible size");
  llvm::Expected<uint64_t> bytes = sizeOf(image, stripped->id);
  if (!bytes)
    return bytes.takeError();

  Type result;
  result.kind = *kind;
  result.id = stripped->id;
  result.bytes = *bytes;
  llvm::StringRef name = nameOf(image, type);
  result.isTypedefName = name.empty() && !stripped->typedefName.empty();
  result.name = (result.isTypedefName ? stripped->typedefName : name).str();
  if (btf_is_int(type))
    result.isSigned = btf_int_encoding(type) & BTF_INT_SIGNED;
  else if (btf_is_any_enum(type))
    result.isSigned = isSignedEnum(image, type);
  else if (btf_is_ptr(type))
    result.target = type->type;
  else if (btf_is_array(type)) {
    result.target = btf_array(type)->type;
    result.count = btf_array(type)->nelems;
  }
  return result;
}

} // namespace whistler::btf
