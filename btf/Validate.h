#ifndef WHISTLER_BTF_VALIDATE_H
#define WHISTLER_BTF_VALIDATE_H

#include "whistler/btf/Types.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

#include <string>
#include <vector>

namespace whistler::btf {

/// Ids by what look-ups search, in ascending order; collected by the one walk
/// that validation makes anyway.
struct Tables {
  std::vector<TypeId> aggregates; ///< structs, unions and typedefs with a name
  std::vector<TypeId> enums;      ///< enum and enum64
  std::vector<TypeId> functions;
  std::vector<TypeId> declTags;
  /// Some enum carries a sign flag: the producer (pahole 1.24 on) knows signs.
  bool hasEnumSigns = false;
};

/// What module BTF continues; zero of both for BTF that stands alone.
struct BaseExtent {
  uint32_t types = 1; ///< first free type id
  uint32_t stringBytes = 0;
};

/// Checks raw BTF of this machine's byte order as far as one linear walk can:
/// header, string section, record sizes, kinds, type ids and names in range.
/// After success libbpf accepts the bytes, and every id and name that a record
/// mentions exists. Cycles are not looked for: who follows references counts
/// steps. Errors: CorruptBtfError, with `where` as its place.
llvm::Expected<Tables> validate(llvm::ArrayRef<uint8_t> bytes, BaseExtent base,
                                const std::string &where);

/// Are these bytes BTF that continues another's? Its strings do not begin with
/// the empty one, which only the base has. False for what is no BTF at all.
bool isSplit(llvm::ArrayRef<uint8_t> bytes);

/// Bytes of the string section of BTF that `validate` accepted.
uint32_t stringSectionBytes(llvm::ArrayRef<uint8_t> bytes);

} // namespace whistler::btf

#endif
