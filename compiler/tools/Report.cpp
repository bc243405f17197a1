// `compile --report`: what the object contains and what became of each kernel
// read, as a table with a row for each source line that has some. Sizes and
// instructions are counted in the finished object, not taken from the passes
// that claim them; times are the cost model's.
#include "Report.h"

#include "ReadTable.h"
#include "TextTable.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Format.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>

#include <linux/bpf.h>

namespace whistler::tools {

namespace {

using compiler::Compilation;
using compiler::Remark;
using Cells = std::vector<std::string>;

/// The helpers that read kernel memory.
constexpr uint32_t kReads[] = {BPF_FUNC_probe_read, BPF_FUNC_probe_read_str,
                               BPF_FUNC_probe_read_kernel,
                               BPF_FUNC_probe_read_kernel_str};

/// Remarks about one read or window: the table says the same.
constexpr llvm::StringLiteral kOfReads[] = {
    "DirectRead",  "ReadNotDirect", "ReadsFused",   "ReadHoisted",
    "ReadInPlace", "ReadNotFused",  "CurrentTaskId"};

constexpr const char *kFooter =
    "ns: a model, not a measurement: what a line's reads take each time it "
    "runs, by\n"
    "    the table of `whistler calibrate`. naive: one helper call for each "
    "read.\n"
    "insns: what such a kernel leaves of the line, or program, once it is "
    "loaded, laid\n"
    "    out as the build host's. stack: bytes of the line's largest buffer, "
    "or the frame.\n";

std::string nanoseconds(uint64_t picoseconds) {
  return llvm::formatv("{0:f1}", double(picoseconds) / 1000);
}

/// The columns of a program's table.
class ReadTableText {
public:
  ReadTableText(const ReadTable &table, llvm::StringRef file)
      : table_(table), file_(file) {
    text_.indent = "  ";
    text_.columns.assign(1, Align::Left);
    text_.columns.resize(text_.columns.size() + 1 + 3 * table.kinds.size(),
                         Align::Right);
    text_.columns.resize(text_.columns.size() + 2, Align::Left);
    // Without versions and passes naive is what there is.
    hasNaive_ = table.kinds.front() != "naive";
    if (!hasNaive_)
      text_.columns.erase(text_.columns.begin() + 1);
  }

  void print(llvm::raw_ostream &os) {
    addHeader();
    for (const ReadLine &line : table_.lines)
      addLine(line);
    text_.rows.push_back(figures("program", table_.naivePs, table_.totals));
    text_.print(os);
  }

private:
  void addHeader() {
    Cells groups(text_.columns.size()), names = {"line"};
    size_t kinds = table_.kinds.size(), first = 1;
    groups[first] = "ns";
    if (hasNaive_)
      names.push_back("naive");
    groups[first += kinds + hasNaive_] = "insns";
    groups[first + kinds] = "stack";
    for (int group = 0; group != 3; ++group)
      llvm::append_range(names, table_.kinds);
    names.insert(names.end(), {"read", "became"});
    text_.rows.push_back(std::move(groups));
    text_.rows.push_back(std::move(names));
  }

  Cells figures(std::string what, uint64_t naivePs,
                llvm::ArrayRef<ReadFigures> all) const {
    Cells cells = {std::move(what)};
    if (hasNaive_)
      cells.push_back(nanoseconds(naivePs));
    for (const ReadFigures &each : all)
      cells.push_back(nanoseconds(each.picoseconds));
    for (const ReadFigures &each : all)
      cells.push_back(std::to_string(each.instructions));
    for (const ReadFigures &each : all)
      cells.push_back(std::to_string(each.stackBytes));
    return cells;
  }

  void addLine(const ReadLine &line) {
    std::string place = (file_ + ":" + llvm::Twine(line.line)).str();
    Cells cells = figures(place, line.naivePs, line.figures);
    for (const ReadRow &read : line.reads) {
      std::string path = read.path;
      for (const ReadOutcome &outcome : read.outcomes) {
        cells.resize(text_.columns.size() - 2);
        cells.push_back(std::exchange(path, ""));
        cells.push_back(kernels(read, outcome) + outcome.text);
        text_.rows.push_back(std::exchange(cells, {}));
      }
    }
  }

  /// "6.2+: " where other kernels do other things.
  std::string kernels(const ReadRow &read, const ReadOutcome &outcome) const {
    if (read.outcomes.size() == 1)
      return "";
    if (outcome.kinds.back() + 1 == outcome.kinds.size()) // and all later ones
      return table_.kinds[outcome.kinds.back()] + ": ";
    Cells names;
    for (size_t kind : outcome.kinds)
      names.push_back(table_.kinds[kind]);
    return llvm::join(names, ", ") + ": ";
  }

  const ReadTable &table_;
  llvm::StringRef file_;
  TextTable text_;
  bool hasNaive_ = true;
};

void printRemark(const Remark &remark, llvm::raw_ostream &os) {
  os << llvm::format("  %5u:%-3u ", remark.line, remark.column)
     << (remark.missed ? "not done: " : "") << remark.message << '\n';
}

/// Removes what it has printed.
void printRemarks(std::vector<Remark> &remarks, llvm::StringRef function,
                  llvm::raw_ostream &os) {
  for (const Remark &remark : remarks)
    if (remark.function == function &&
        !llvm::is_contained(kOfReads, remark.name))
      printRemark(remark, os);
  llvm::erase_if(remarks, [&](const Remark &remark) {
    return remark.function == function;
  });
}

} // namespace

unsigned countCalls(const backend::ProgramInfo &program, bool readsOnly) {
  unsigned total = 0;
  for (auto [id, count] : program.helperCalls)
    if (!readsOnly || llvm::is_contained(kReads, id))
      total += count;
  return total;
}

std::vector<backend::ProgramInfo> programsOf(const Compilation &result) {
  auto info = backend::inspect(result.object);
  if (!info) {
    llvm::consumeError(info.takeError());
    return {};
  }
  return std::move(info->programs);
}

std::vector<Remark> remarksOf(const Compilation &result) {
  std::vector<Remark> remarks;
  for (const Remark &remark : result.remarks)
    if (!remark.read)
      remarks.push_back(remark);
  llvm::stable_sort(remarks, [](const Remark &a, const Remark &b) {
    return std::tie(a.function, a.line, a.column) <
           std::tie(b.function, b.line, b.column);
  });
  return remarks;
}

void printReport(const Compilation &result, const ReportInput &input,
                 llvm::raw_ostream &os) {
  os << input.input << " -> " << input.output << ", " << result.object.size()
     << " bytes\n";
  std::vector<Remark> remarks = remarksOf(result);
  bool hasReads = false;
  for (const backend::ProgramInfo &program : programsOf(result)) {
    os << llvm::formatv("program {0} ({1}): {2} instructions, {3} helper "
                        "calls, {4} of them kernel reads, {5} bytes of stack\n",
                        program.name, program.section, program.instructions,
                        countCalls(program, false), countCalls(program, true),
                        program.stackBytes);
    printRemarks(remarks, program.name, os);
    ReadTable table = readTable(result, program, input.costs, input.mode);
    if (table.lines.empty())
      continue;
    hasReads = true;
    ReadTableText(table, llvm::sys::path::filename(input.input)).print(os);
  }
  for (const Remark &remark : remarks) // of functions that are no programs
    printRemark(remark, os);
  if (hasReads)
    os << kFooter;
}

void printTimes(const Compilation &result, double total,
                llvm::raw_ostream &os) {
  for (const compiler::StageTime &time : result.times)
    os << llvm::format("%8.2f ms  ", time.milliseconds) << time.stage << '\n';
  os << llvm::format("%8.2f ms  ", total) << "total\n";
}

} // namespace whistler::tools
