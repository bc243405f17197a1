#ifndef WHISTLER_TESTS_MEANINGTABLE_H
#define WHISTLER_TESTS_MEANINGTABLE_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>

#include <cstdint>
#include <string>
#include <vector>

namespace whistler::test {

/// Inputs of one run, and the value that must come out.
struct MeaningCase {
  uint64_t a = 0, b = 0, expected = 0;
};

/// Where a row's expression stands in its program.
enum class Position {
  Value, ///< its value is stored into a map, as u64
  Last,  ///< it is the program's last form: the result, as u32
};

struct MeaningRow {
  std::string expression;
  unsigned line = 0;
  bool asValue = true, asLast = true;
  std::vector<MeaningCase> cases;
};

/// One file of tests/kernel/meaning; its README.md describes the format.
struct MeaningTable {
  std::string programType = "tc";
  std::string declarations;
  std::vector<uint8_t> packet = std::vector<uint8_t>(64, 0);
  std::vector<MeaningRow> rows;
  std::string error; ///< "line 3: …" when the file is malformed

  /// A source file with one program for each row, `row<line>`.
  std::string source(llvm::ArrayRef<const MeaningRow *> some,
                     Position position) const;
};

MeaningTable parseMeaningTable(llvm::StringRef text);

} // namespace whistler::test

#endif
