#ifndef WHISTLER_BTF_RESOLVE_H
#define WHISTLER_BTF_RESOLVE_H

#include "whistler/btf/Types.h"

#include <bpf/btf.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <string>

namespace whistler::btf {

/// How deep references may nest (typedefs of typedefs, arrays of arrays,
/// structs in structs); the kernel's own limit for BTF, MAX_RESOLVE_DEPTH.
constexpr unsigned kMaxDepth = 32;

/// Validated BTF and what is needed to interpret it.
struct Image {
  ::btf *raw = nullptr;
  std::string where; ///< for error texts
  uint32_t pointerBytes = 8;
  /// Enums carry sign flags; without, a negative value makes one signed.
  bool hasEnumSigns = false;

  llvm::Error corrupt(TypeId id, const char *what) const;
};

/// A type behind its typedefs, qualifiers and type tags.
struct Stripped {
  const btf_type *type = nullptr;
  TypeId id = 0;
  llvm::StringRef typedefName; ///< of the outermost one removed, or ""
};

/// Errors: CorruptBtfError (a cycle), UnknownTypeError (no such id).
llvm::Expected<Stripped> strip(const Image &image, TypeId id);

/// Size of a value of the type; 0 for what has none.
llvm::Expected<uint64_t> sizeOf(const Image &image, TypeId id);

/// What `Btf::type` gives.
llvm::Expected<Type> resolve(const Image &image, TypeId id);

/// C name of a record, "" when it has none.
llvm::StringRef nameOf(const Image &image, const btf_type *type);

bool isSignedEnum(const Image &image, const btf_type *type);

} // namespace whistler::btf

#endif
