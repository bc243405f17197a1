#ifndef WHISTLER_TOOLS_READTABLE_H
#define WHISTLER_TOOLS_READTABLE_H

#include "whistler/backend/Inspect.h"
#include "whistler/compiler/Compiler.h"

namespace whistler::tools {

/// What the reads of a line or a program take, on one kind of kernel.
struct ReadFigures {
  uint64_t picoseconds = 0;  ///< each time the line runs, by the model
  unsigned instructions = 0; ///< of the line or program, once loaded
  uint64_t stackBytes = 0;   ///< of the line's buffers, or the whole frame
};

/// What one read became on some kinds of kernel.
struct ReadOutcome {
  std::vector<size_t> kinds; ///< indices into ReadTable::kinds
  std::string way, text;
};

struct ReadRow {
  unsigned column = 0;
  std::string path;
  uint64_t naivePs = 0;
  std::vector<ReadOutcome> outcomes;
};

struct ReadLine {
  unsigned line = 0;
  uint64_t naivePs = 0;             ///< with one helper call for each read
  std::vector<ReadFigures> figures; ///< for each kind of kernel
  std::vector<ReadRow> reads;
};

/// The reads of one program, line by line.
struct ReadTable {
  /// What the program holds versions for, best first: "6.2+", "older"; or the
  /// way of reading when there is one version.
  std::vector<std::string> kinds;
  std::vector<ReadLine> lines;
  uint64_t naivePs = 0;
  std::vector<ReadFigures> totals; ///< instructions and stack of the program
};

/// `mode` names the only version of a program that has no others.
ReadTable readTable(const compiler::Compilation &result,
                    const backend::ProgramInfo &program,
                    const passes::CostModel &costs, llvm::StringRef mode);

} // namespace whistler::tools

#endif
