#ifndef WHISTLER_TOOLS_SHAPE_H
#define WHISTLER_TOOLS_SHAPE_H

#include "whistler/compiler/Declarations.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>

#include <set>
#include <string>
#include <vector>

namespace whistler::tools {

using ir::DataType;
using TypePointer = compiler::Declarations::TypePointer;

/// A member of a struct, or bytes of padding between two (null type).
struct Slot {
  std::string name;
  uint64_t offset = 0, bytes = 0;
  TypePointer type;
  bool isPadding() const { return type == nullptr; }
};

/// The members of a struct with all padding spelled out, so that a language
/// that aligns less than C arrives at the same offsets.
std::vector<Slot> slotsOf(const DataType &record);

inline bool isRecord(const DataType &type) {
  return type.kind == DataType::Kind::Struct ||
         type.kind == DataType::Kind::Union;
}

/// The type of a map's key or value: as declared, or by its size alone: an
/// unsigned integer of 1, 2, 4 or 8 bytes, else bytes, as is a struct of the
/// kernel's of which nothing is known. Null when there is none.
TypePointer sideType(const TypePointer &declared, uint32_t bytes);

/// Reserves names of one scope: a word of the language, or a name given out
/// before, gets `_` after it.
class Names {
public:
  explicit Names(llvm::ArrayRef<const char *> reserved)
      : taken_(reserved.begin(), reserved.end()) {}
  std::string fresh(std::string name);

private:
  std::set<std::string> taken_;
};

/// exec_event as ExecEvent, and MAX_LEN as MaxLen.
std::string camelCase(llvm::StringRef name);

/// A constant as decimal text, with its sign.
std::string decimal(const compiler::Declarations::Constant &constant);

} // namespace whistler::tools

#endif
