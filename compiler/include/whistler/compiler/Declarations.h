#ifndef WHISTLER_COMPILER_DECLARATIONS_H
#define WHISTLER_COMPILER_DECLARATIONS_H

#include "whistler/ir/Program.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whistler::compiler {

/// What a source file declares, as user space sees it: a plain value, for
/// writing headers, for decoding records, for setting up a loader. Everything
/// is in source order and comes from the source and what it includes, not from
/// the language's own library. Names are C identifiers.
struct Declarations {
  using TypePointer = std::shared_ptr<const ir::DataType>;

  struct Constant {
    std::string name; ///< `+max-len+` is MAX_LEN, `retries` is RETRIES
    uint64_t value = 0;
    bool isNegative = false; ///< `value` is the two's complement
  };
  struct Map {
    std::string name;
    std::string type; ///< "lru-hash"
    uint64_t maxEntries = 0;
    uint32_t keyBytes = 0, valueBytes = 0; ///< 0: the map has none
    TypePointer key, value; ///< null: the source only gives the size
    /// What programs put into a ring or perf buffer, as far as it has a type.
    std::vector<TypePointer> records;
  };
  struct Global {
    std::string name;
    TypePointer type;
    bool isConstant = false; ///< in .rodata
    std::optional<uint64_t> value;
  };
  struct Program {
    std::string name, section;
  };

  std::vector<TypePointer> types; ///< structs and unions
  std::vector<Constant> constants;
  std::vector<Map> maps;
  std::vector<Global> globals;
  std::vector<Program> programs;
  std::string license;
};

/// The natural alignment in bytes that C gives a type.
uint64_t alignmentOf(const ir::DataType &type);

} // namespace whistler::compiler

#endif
