#ifndef WHISTLER_TOOLS_DECODE_H
#define WHISTLER_TOOLS_DECODE_H

#include "whistler/btf/Btf.h"

#include <llvm/Support/JSON.h>

#include <string>
#include <vector>

namespace whistler::tools {

/// A value taken out of bytes by its BTF type.
struct Decoded {
  enum class Kind { Unsigned, Signed, Bool, Text, Hex, List, Record };
  Kind kind = Kind::Hex;
  uint64_t number = 0;            ///< Signed: two's complement
  std::string text;               ///< Text; Hex with its 0x
  std::vector<Decoded> items;     ///< List, Record
  std::vector<std::string> names; ///< Record

  bool isNumber() const {
    return kind == Kind::Unsigned || kind == Kind::Signed || kind == Kind::Bool;
  }
  bool isZero() const;
};

/// Bytes that are too few, or of no type, become Hex. An array of bytes is
/// Text when it is printable up to its first NUL, else Hex.
Decoded decode(const btf::Btf &types, btf::TypeId type,
               llvm::ArrayRef<uint8_t> bytes);

/// Unsigned integer of 1, 2, 4 or 8 bytes, else Hex: what has no type.
Decoded decodeUntyped(llvm::ArrayRef<uint8_t> bytes);

/// a += b, number by number; shapes must be equal.
void addTo(Decoded &a, const Decoded &b);

void writeJson(const Decoded &value, llvm::json::OStream &json);
/// On one line: 7, "text" without quotes, [1 2], {a=1 b=2}.
std::string toText(const Decoded &value);

/// A record's leaves in order, nested ones as `outer.inner`.
std::vector<std::pair<std::string, const Decoded *>>
leavesOf(const Decoded &record);

} // namespace whistler::tools

#endif
