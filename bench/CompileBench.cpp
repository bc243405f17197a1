// What compiling costs, stage by stage, over the public API: one benchmark per
// probe of bench/probes and way of reading, with the mean time of each stage
// as a counter (milliseconds). The BTF cache is warm, as in a process that
// compiles more than once; the first compilation of a process, which opens the
// kernel's BTF, is the benchmark named "cold".
#include "whistler/compiler/Compiler.h"

#include <benchmark/benchmark.h>

#include <llvm/Support/MemoryBuffer.h>

#include <algorithm>
#include <filesystem>
#include <map>

using namespace whistler;

namespace {

/// The forms that the suite measures: values of --kernel-reads, those that the
/// compiler doesn't know left out, and one with the layout baked in.
struct Form {
  const char *name, *reads;
  bool relocatable = true;
};
constexpr Form kForms[] = {
    {"portable", "portable"},        {"direct", "direct"}, {"fused", "fused"},
    {"fused-baked", "fused", false}, {"single", "single"}, {"naive", "naive"},
};

std::vector<std::string> probeNames() {
  std::vector<std::string> names;
  for (auto &entry : std::filesystem::directory_iterator(WHISTLER_PROBES))
    if (entry.path().extension() == ".lisp")
      names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

std::string probePath(const std::string &name) {
  return WHISTLER_PROBES "/" + name + ".lisp";
}

std::string readProbe(const std::string &name) {
  auto buffer = llvm::MemoryBuffer::getFile(probePath(name));
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Compiles once; adds the stages' times to `stages`. False with the reason
/// given to `state` when that failed.
bool compileOnce(compiler::Compiler &compiler, const std::string &name,
                 const std::string &source, const compiler::Options &options,
                 benchmark::State &state,
                 std::map<std::string, double> &stages) {
  auto result = compiler.compile(source, probePath(name), options);
  if (!result) {
    state.SkipWithError(llvm::toString(result.takeError()).c_str());
    return false;
  }
  if (!result->ok()) {
    state.SkipWithError(result->diagnostics.front().message.c_str());
    return false;
  }
  for (const compiler::StageTime &time : result->times)
    stages[time.stage] += time.milliseconds;
  return true;
}

void report(benchmark::State &state,
            const std::map<std::string, double> &stages) {
  for (auto &[stage, milliseconds] : stages)
    state.counters[stage] =
        milliseconds / static_cast<double>(state.iterations());
}

void warm(benchmark::State &state, const std::string &name,
          const compiler::Options &options) {
  compiler::Compiler compiler;
  std::string source = readProbe(name);
  std::map<std::string, double> stages, ignored;
  if (!compileOnce(compiler, name, source, options, state, ignored))
    return;
  for (auto _ : state)
    if (!compileOnce(compiler, name, source, options, state, stages))
      return;
  report(state, stages);
}

void cold(benchmark::State &state, const std::string &name) {
  std::string source = readProbe(name);
  std::map<std::string, double> stages;
  for (auto _ : state) {
    compiler::Compiler compiler;
    if (!compileOnce(compiler, name, source, {}, state, stages))
      return;
  }
  report(state, stages);
}

void registerAll() {
  for (const std::string &probe : probeNames())
    for (const Form &form : kForms)
      if (auto strategy = passes::parseReadStrategy(form.reads)) {
        compiler::Options options;
        options.reads = *strategy;
        options.relocatable = form.relocatable;
        std::string name = "compile/" + probe + "/" + form.name;
        benchmark::RegisterBenchmark(name.c_str(), warm, probe, options)
            ->Unit(benchmark::kMillisecond);
      }
  benchmark::RegisterBenchmark("compile/k4/cold", cold, std::string("k4"))
      ->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int argc, char **argv) {
  registerAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
