// `compile --report=json`: what the text says, as data.
#include "ReadTable.h"
#include "Report.h"

#include <llvm/Support/JSON.h>

namespace whistler::tools {

namespace {

using compiler::Remark;
using llvm::json::Array;
using llvm::json::Object;

constexpr const char *kModel =
    "ns are estimated by the cost table, each time a line runs: a model, not a "
    "measurement; naive_ns is one helper call for each read as written";

double nanoseconds(uint64_t picoseconds) { return double(picoseconds) / 1000; }

Object toJson(const backend::ProgramInfo &program) {
  return Object{
      {"name", program.name},
      {"section", program.section},
      {"instructions", program.instructions},
      {"helper_calls", countCalls(program, false)},
      {"kernel_reads", countCalls(program, true)},
      {"core_relocations", program.coreRelocations},
      {"stack_bytes", program.stackBytes},
  };
}

Object toJson(const Remark &remark) {
  return Object{
      {"pass", remark.pass},        {"name", remark.name},
      {"program", remark.function}, {"message", remark.message},
      {"file", remark.file},        {"line", remark.line},
      {"column", remark.column},    {"missed", remark.missed},
  };
}

Array toJson(const ReadTable &table, llvm::ArrayRef<ReadFigures> figures) {
  Array list;
  for (auto [kind, each] : llvm::zip(table.kinds, figures))
    list.push_back(Object{{"kernels", kind},
                          {"ns", nanoseconds(each.picoseconds)},
                          {"instructions", each.instructions},
                          {"stack_bytes", each.stackBytes}});
  return list;
}

Object toJson(const ReadTable &table, const ReadRow &read) {
  Array outcomes;
  for (const ReadOutcome &outcome : read.outcomes) {
    Array kinds;
    for (size_t kind : outcome.kinds)
      kinds.push_back(table.kinds[kind]);
    outcomes.push_back(Object{{"kernels", std::move(kinds)},
                              {"way", outcome.way},
                              {"text", outcome.text}});
  }
  return Object{{"column", read.column},
                {"read", read.path},
                {"naive_ns", nanoseconds(read.naivePs)},
                {"became", std::move(outcomes)}};
}

Object toJson(const ReadTable &table, const ReadLine &line,
              const backend::ProgramInfo &program, llvm::StringRef file) {
  Array reads;
  for (const ReadRow &read : line.reads)
    reads.push_back(toJson(table, read));
  return Object{{"program", program.name},
                {"file", file},
                {"line", line.line},
                {"naive_ns", nanoseconds(line.naivePs)},
                {"versions", toJson(table, line.figures)},
                {"reads", std::move(reads)}};
}

} // namespace

void printJsonReport(const compiler::Compilation &result,
                     const ReportInput &input, llvm::raw_ostream &os) {
  Array programs, remarks, lines, totals;
  for (const backend::ProgramInfo &program : programsOf(result)) {
    programs.push_back(toJson(program));
    ReadTable table = readTable(result, program, input.costs, input.mode);
    for (const ReadLine &line : table.lines)
      lines.push_back(toJson(table, line, program, input.input));
    totals.push_back(Object{{"program", program.name},
                            {"naive_ns", nanoseconds(table.naivePs)},
                            {"versions", toJson(table, table.totals)}});
  }
  for (const Remark &remark : remarksOf(result))
    remarks.push_back(toJson(remark));
  os << llvm::json::Value(Object{
            {"input", input.input},
            {"output", input.output},
            {"bytes", static_cast<int64_t>(result.object.size())},
            {"mode", input.mode},
            {"model", kModel},
            {"programs", std::move(programs)},
            {"lines", std::move(lines)},
            {"totals", std::move(totals)},
            {"remarks", std::move(remarks)},
        })
     << '\n';
}

} // namespace whistler::tools
