#ifndef WHISTLER_TOOLS_DIAGNOSE_H
#define WHISTLER_TOOLS_DIAGNOSE_H

#include "whistler/compiler/Compiler.h"

namespace whistler::tools {

/// The compilation's messages on stderr, coloured on a terminal.
void printDiagnostics(const compiler::Compilation &result);

/// What messages call an input: standard input is `<stdin>`.
std::string sourceName(const std::string &input);

} // namespace whistler::tools

#endif
