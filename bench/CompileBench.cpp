// What compiling costs, stage by stage, over the public API: one benchmark per
// probe of bench/probes and way of reading, with the mean time of each stage
// as a counter (milliseconds). The BTF cache is warm, as in a process that
// compiles more than once; the first compilation of a process, which opens the
// kernel's BTF, is the benchmark named "cold".
#include "whistler/compiler/Compiler.h"

#include <benchmark/benchmark.h>

#include <llvm/Support/MemoryBuffer.h>

#include <map>

using namespace whistler;

namespace {

constexpr const char *kProbes[] = {"k1", "k2", "k3", "k4",
                                   "k5", "k6", "k7", "k8"};

std::string readProbe(const std::string &name) {
  auto buffer =
      llvm::MemoryBuffer::getFile(WHISTLER_PROBES "/" + name + ".lisp");
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Compiles once; adds the stages' times to `stages`. False with the reason
/// given to `state` when that failed.
bool compileOnce(compiler::Compiler &compiler, const std::string &source,
                 const compiler::Options &options, benchmark::State &state,
                 std::map<std::string, double> &stages) {
  auto result = compiler.compile(source, "probe.lisp", options);
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
          passes::ReadStrategy reads) {
  compiler::Options options;
  options.reads = reads;
  compiler::Compiler compiler;
  std::string source = readProbe(name);
  std::map<std::string, double> stages, ignored;
  if (!compileOnce(compiler, source, options, state, ignored))
    return;
  for (auto _ : state)
    if (!compileOnce(compiler, source, options, state, stages))
      return;
  report(state, stages);
}

void cold(benchmark::State &state, const std::string &name) {
  std::string source = readProbe(name);
  std::map<std::string, double> stages;
  for (auto _ : state) {
    compiler::Compiler compiler;
    if (!compileOnce(compiler, source, {}, state, stages))
      return;
  }
  report(state, stages);
}

void registerAll() {
  using passes::ReadStrategy;
  for (const char *probe : kProbes)
    for (ReadStrategy reads :
         {ReadStrategy::Naive, ReadStrategy::Single, ReadStrategy::Fused})
      benchmark::RegisterBenchmark(
          ("compile/" + std::string(probe) + "/" + passes::name(reads).str())
              .c_str(),
          warm, std::string(probe), reads)
          ->Unit(benchmark::kMillisecond);
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
