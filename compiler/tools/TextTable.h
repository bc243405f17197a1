#ifndef WHISTLER_TOOLS_TEXTTABLE_H
#define WHISTLER_TOOLS_TEXTTABLE_H

#include <llvm/Support/raw_ostream.h>

#include <string>
#include <vector>

namespace whistler::tools {

enum class Align { Left, Right };

/// Rows of text in columns that are as wide as what is in them. Widths count
/// characters of UTF-8, not bytes. The last column is never padded, and lines
/// are cut at `width` columns when that is not 0.
struct TextTable {
  std::vector<Align> columns;
  std::vector<std::vector<std::string>> rows;
  std::string indent;

  void print(llvm::raw_ostream &os, unsigned width = 0) const;
};

/// Columns that a character terminal would use for `text`.
unsigned displayWidth(llvm::StringRef text);

/// The terminal's columns when `descriptor` is one, else 0: no limit. COLUMNS
/// in the environment wins.
unsigned terminalWidth(int descriptor);

} // namespace whistler::tools

#endif
