#ifndef WHISTLER_TOOLS_REPORT_H
#define WHISTLER_TOOLS_REPORT_H

#include "whistler/compiler/Compiler.h"

namespace whistler::tools {

/// What became of a compilation: per program its size and helper calls, and
/// each kernel read that was merged, fused, or left alone and why. `output` is
/// the file's name. JSON is one object on one line.
void printReport(const compiler::Compilation &result, llvm::StringRef input,
                 llvm::StringRef output, bool json, llvm::raw_ostream &os);

/// The stages' wall times, aligned; one stage may be within another (the BTF
/// is opened during analysis). `total` is that of the compilation, in
/// milliseconds.
void printTimes(const compiler::Compilation &result, double total,
                llvm::raw_ostream &os);

} // namespace whistler::tools

#endif
