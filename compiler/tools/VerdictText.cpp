// The kernel's verdicts as text: a table whose columns fit what is in them,
// and rejections in the form of the compiler's own diagnostics, so that an
// editor jumps to the line either way.

#include "VerdictText.h"

#include <algorithm>
#include <string>
#include <vector>

namespace whistler::tools {

namespace {

using backend::ProgramVerdict;
using Row = std::vector<std::string>;

/// Up to here text, to the left; numbers after it, to the right.
constexpr size_t kTextColumns = 3;

Row heading() {
  return {"program",        "section",     "verdict",  "in object",
          "after verifier", "JITed bytes", "verified", "states"};
}

Row toRow(const ProgramVerdict &verdict) {
  Row row = {verdict.name, verdict.section,
             verdict.accepted ? "accepted" : "REJECTED",
             std::to_string(verdict.objectInstructions)};
  auto number = [&](unsigned value) {
    row.push_back(value ? std::to_string(value) : "-");
  };
  number(verdict.loadedInstructions);
  number(verdict.jitedBytes);
  number(verdict.verifiedInstructions);
  number(verdict.totalStates);
  return row;
}

void printTable(const std::vector<Row> &rows, llvm::raw_ostream &out) {
  std::vector<size_t> widths(rows.front().size());
  for (const Row &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  for (const Row &row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      std::string gap(widths[i] - row[i].size(), ' ');
      out << "  " << (i < kTextColumns ? row[i] + gap : gap + row[i]);
    }
    out << '\n';
  }
}

/// Tabs of the source line stay tabs, so that the caret is under its column.
void printCaret(const backend::SourceLine &at, llvm::raw_ostream &err) {
  err << at.text << '\n';
  if (!at.column || at.column > at.text.size())
    return;
  for (char c : at.text.substr(0, at.column - 1))
    err << (c == '\t' ? '\t' : ' ');
  err << "^\n";
}

void printRejection(const ProgramVerdict &verdict, llvm::StringRef file,
                    llvm::raw_ostream &err) {
  if (verdict.at)
    err << verdict.at->file << ':' << verdict.at->line << ':'
        << std::max(verdict.at->column, 1u);
  else
    err << file;
  err << ": error: the kernel rejects program `" << verdict.name
      << "`: " << verdict.reason << '\n';
  if (verdict.at && !verdict.at->text.empty())
    printCaret(*verdict.at, err);
}

} // namespace

void printVerdicts(llvm::ArrayRef<ProgramVerdict> verdicts,
                   llvm::StringRef file, llvm::raw_ostream &out,
                   llvm::raw_ostream &err) {
  if (verdicts.empty())
    return;
  std::vector<Row> rows = {heading()};
  for (const ProgramVerdict &verdict : verdicts)
    rows.push_back(toRow(verdict));
  out << file << '\n';
  printTable(rows, out);
  out.flush();
  for (const ProgramVerdict &verdict : verdicts)
    if (!verdict.accepted)
      printRejection(verdict, file, err);
}

} // namespace whistler::tools
