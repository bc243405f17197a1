#ifndef WHISTLER_TOOLS_VERDICTTEXT_H
#define WHISTLER_TOOLS_VERDICTTEXT_H

#include "whistler/backend/Load.h"

#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

/// One row per program in aligned columns on `out`; what was rejected, as
/// `file:line:col: error: …` with the source line and a caret, on `err`.
void printVerdicts(llvm::ArrayRef<backend::ProgramVerdict> verdicts,
                   llvm::StringRef file, llvm::raw_ostream &out,
                   llvm::raw_ostream &err);

} // namespace whistler::tools

#endif
