// Tables on a terminal or in a pipe: the same columns either way, cut to the
// terminal's width only when there is one.
#include "TextTable.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Unicode.h>

#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace whistler::tools {

unsigned displayWidth(llvm::StringRef text) {
  int width = llvm::sys::unicode::columnWidthUTF8(text);
  return width < 0 ? unsigned(text.size()) : unsigned(width);
}

namespace {

/// The first `width` columns of `line`, at a character's boundary.
llvm::StringRef cut(llvm::StringRef line, unsigned width) {
  if (width == 0 || displayWidth(line) <= width)
    return line;
  size_t end = line.size();
  while (end > 0 && (displayWidth(line.take_front(end)) > width ||
                     (end < line.size() && (line[end] & 0xc0) == 0x80)))
    --end;
  return line.take_front(end);
}

} // namespace

void TextTable::print(llvm::raw_ostream &os, unsigned width) const {
  std::vector<unsigned> widths(columns.size());
  for (const std::vector<std::string> &row : rows)
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], displayWidth(row[i]));
  for (const std::vector<std::string> &row : rows) {
    std::string line = indent;
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      std::string gap(widths[i] - displayWidth(row[i]), ' ');
      line += i ? "  " : "";
      line += columns[i] == Align::Left ? row[i] + gap : gap + row[i];
    }
    os << cut(llvm::StringRef(line).rtrim(), width) << '\n';
  }
}

unsigned terminalWidth(int descriptor) {
  if (const char *columns = std::getenv("COLUMNS")) {
    unsigned width = 0;
    if (llvm::to_integer(llvm::StringRef(columns), width, 10))
      return width;
  }
  winsize size = {};
  if (isatty(descriptor) && ioctl(descriptor, TIOCGWINSZ, &size) == 0)
    return size.ws_col;
  return 0;
}

} // namespace whistler::tools
