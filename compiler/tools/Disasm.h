#ifndef WHISTLER_TOOLS_DISASM_H
#define WHISTLER_TOOLS_DISASM_H

#include <string>

namespace whistler::tools {

/// Prints the programs of an object file, instructions under the source lines
/// they come from; returns the exit status (1: no object).
int runDisasm(const std::string &file);

} // namespace whistler::tools

#endif
