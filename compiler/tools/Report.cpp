// `compile --report`: the optimizer's remarks, in source order under their
// program, beside what the object really contains. The figures are counted in
// the finished object, not taken from the passes that claim them. Under CO-RE
// an object holds the fused and the single reads; the verifier removes one, so
// `whistler verify` has the figures of the running kernel.
#include "Report.h"

#include "whistler/backend/Inspect.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/Format.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <linux/bpf.h>

namespace whistler::tools {

namespace {

using compiler::Compilation;
using compiler::Remark;

/// The helpers that read kernel memory.
constexpr uint32_t kReads[] = {BPF_FUNC_probe_read, BPF_FUNC_probe_read_str,
                               BPF_FUNC_probe_read_kernel,
                               BPF_FUNC_probe_read_kernel_str};

unsigned countCalls(const backend::ProgramInfo &program, bool readsOnly) {
  unsigned total = 0;
  for (auto [id, count] : program.helperCalls)
    if (!readsOnly || llvm::is_contained(kReads, id))
      total += count;
  return total;
}

/// The programs of the object; none when the output is text.
std::vector<backend::ProgramInfo> programs(const Compilation &result) {
  auto info = backend::inspect(result.object);
  if (!info) {
    llvm::consumeError(info.takeError());
    return {};
  }
  return std::move(info->programs);
}

std::vector<Remark> inOrder(const Compilation &result) {
  std::vector<Remark> remarks = result.remarks;
  llvm::stable_sort(remarks, [](const Remark &a, const Remark &b) {
    return std::tie(a.function, a.line, a.column) <
           std::tie(b.function, b.line, b.column);
  });
  return remarks;
}

llvm::json::Object toJson(const backend::ProgramInfo &program) {
  return llvm::json::Object{
      {"name", program.name},
      {"section", program.section},
      {"instructions", program.instructions},
      {"helper_calls", countCalls(program, false)},
      {"kernel_reads", countCalls(program, true)},
      {"core_relocations", program.coreRelocations},
      {"stack_bytes", program.stackBytes},
  };
}

llvm::json::Object toJson(const Remark &remark) {
  return llvm::json::Object{
      {"pass", remark.pass},        {"name", remark.name},
      {"program", remark.function}, {"message", remark.message},
      {"file", remark.file},        {"line", remark.line},
      {"column", remark.column},    {"missed", remark.missed},
  };
}

void printJson(const Compilation &result, llvm::StringRef input,
               llvm::StringRef output, llvm::raw_ostream &os) {
  llvm::json::Array programList, remarkList;
  for (const backend::ProgramInfo &program : programs(result))
    programList.push_back(toJson(program));
  for (const Remark &remark : inOrder(result))
    remarkList.push_back(toJson(remark));
  os << llvm::json::Value(llvm::json::Object{
            {"input", input},
            {"output", output},
            {"bytes", static_cast<int64_t>(result.object.size())},
            {"programs", std::move(programList)},
            {"remarks", std::move(remarkList)},
        })
     << '\n';
}

void printRemarks(llvm::ArrayRef<Remark> remarks, llvm::StringRef function,
                  llvm::raw_ostream &os) {
  for (const Remark &remark : remarks) {
    if (remark.function != function)
      continue;
    os << llvm::format("  %5u:%-3u ", remark.line, remark.column)
       << (remark.missed ? "not done: " : "") << remark.message << '\n';
  }
}

} // namespace

void printReport(const Compilation &result, llvm::StringRef input,
                 llvm::StringRef output, bool json, llvm::raw_ostream &os) {
  if (json)
    return printJson(result, input, output, os);
  os << input << " -> " << output << ", " << result.object.size() << " bytes\n";
  std::vector<Remark> remarks = inOrder(result);
  for (const backend::ProgramInfo &program : programs(result)) {
    os << llvm::formatv("program {0} ({1}): {2} instructions, {3} helper "
                        "calls, {4} of them kernel reads, {5} bytes of stack\n",
                        program.name, program.section, program.instructions,
                        countCalls(program, false), countCalls(program, true),
                        program.stackBytes);
    printRemarks(remarks, program.name, os);
    llvm::erase_if(remarks, [&](const Remark &remark) {
      return remark.function == program.name;
    });
  }
  for (const Remark &remark : remarks) // of functions that are no programs
    os << llvm::format("  %5u:%-3u ", remark.line, remark.column)
       << remark.message << '\n';
}

void printTimes(const Compilation &result, double total,
                llvm::raw_ostream &os) {
  for (const compiler::StageTime &time : result.times)
    os << llvm::format("%8.2f ms  ", time.milliseconds) << time.stage << '\n';
  os << llvm::format("%8.2f ms  ", total) << "total\n";
}

} // namespace whistler::tools
