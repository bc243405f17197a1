#ifndef WHISTLER_COMPILER_REFERENCE_H
#define WHISTLER_COMPILER_REFERENCE_H

#include <string>
#include <vector>

namespace whistler::compiler {

/// One of the tables that the compiler itself works by, as text.
struct ReferenceTable {
  std::string name;    ///< "helpers"
  std::string summary; ///< one line
  std::vector<std::string> headings;
  /// As many cells as headings; the last is a line of documentation.
  std::vector<std::vector<std::string>> rows;
};

/// The names that `referenceTable` knows, in the order to show them.
std::vector<std::string> referenceTableNames();

/// helpers, maps, programs, forms. Made from the rows that sema and the
/// expander look names up in, so it can't be stale; no rows for an unknown
/// name.
ReferenceTable referenceTable(const std::string &name);

} // namespace whistler::compiler

#endif
