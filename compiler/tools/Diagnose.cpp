// Messages about a probe, the same from every command that compiles.
#include "Diagnose.h"

namespace whistler::tools {

void printDiagnostics(const compiler::Compilation &result) {
  if (!result.sources)
    return;
  bool color = llvm::errs().has_colors();
  for (const compiler::Diagnostic &diagnostic : result.diagnostics)
    compiler::print(diagnostic, *result.sources, llvm::errs(), color);
}

std::string sourceName(const std::string &input) {
  return input == "-" ? "<stdin>" : input;
}

} // namespace whistler::tools
