#ifndef WHISTLER_TOOLS_REPORT_H
#define WHISTLER_TOOLS_REPORT_H

#include "whistler/backend/Inspect.h"
#include "whistler/compiler/Compiler.h"

namespace whistler::tools {

/// What a report is told besides the compilation.
struct ReportInput {
  llvm::StringRef input, output; ///< names of the files
  const passes::CostModel &costs;
  /// How kernel memory is read: "portable" and so on.
  llvm::StringRef mode;
};

/// What became of a compilation with Options::explainReads: per program its
/// size and helper calls, and line by line each kernel read, how it is done and
/// why, and what that takes by the model.
void printReport(const compiler::Compilation &result, const ReportInput &input,
                 llvm::raw_ostream &os);
/// The same as one JSON object on one line.
void printJsonReport(const compiler::Compilation &result,
                     const ReportInput &input, llvm::raw_ostream &os);

/// The stages' wall times, aligned; one stage may be within another (the BTF
/// is opened during analysis). `total` is that of the compilation, in
/// milliseconds.
void printTimes(const compiler::Compilation &result, double total,
                llvm::raw_ostream &os);

/// The programs of the object; none when the output is text.
std::vector<backend::ProgramInfo>
programsOf(const compiler::Compilation &result);

/// Calls of helpers, or of those that read kernel memory only.
unsigned countCalls(const backend::ProgramInfo &program, bool readsOnly);

/// The remarks of passes that are no fates of reads, by program and place.
std::vector<compiler::Remark> remarksOf(const compiler::Compilation &result);

} // namespace whistler::tools

#endif
