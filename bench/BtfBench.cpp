// What kernel types cost a compilation: opening the running kernel's BTF, the
// first look-up in it, and both through the cache.
//
// The claim to watch is OpenAndFirstLookup: a median of at most 10 ms for a
// 5.5 MB image. Run with --benchmark_repetitions=10 for medians.

#include "whistler/btf/Btf.h"

#include <benchmark/benchmark.h>

using whistler::btf::Btf;
using whistler::btf::BtfCache;

namespace {

void open(benchmark::State &state) {
  for (auto _ : state) {
    auto btf = Btf::open(Btf::kKernelPath);
    if (!btf)
      return state.SkipWithError(llvm::toString(btf.takeError()).c_str());
    benchmark::DoNotOptimize(*btf);
  }
}
BENCHMARK(open)->Name("Open")->Unit(benchmark::kMillisecond);

void openAndFirstLookup(benchmark::State &state) {
  for (auto _ : state) {
    auto btf = Btf::open(Btf::kKernelPath);
    if (!btf)
      return state.SkipWithError(llvm::toString(btf.takeError()).c_str());
    auto task = (*btf)->findAggregate("task_struct");
    if (!task)
      return state.SkipWithError(llvm::toString(task.takeError()).c_str());
    benchmark::DoNotOptimize(*task);
  }
}
BENCHMARK(openAndFirstLookup)
    ->Name("OpenAndFirstLookup")
    ->Unit(benchmark::kMillisecond);

void cachedLookup(benchmark::State &state) {
  BtfCache cache;
  for (auto _ : state) {
    auto btf = cache.open(Btf::kKernelPath);
    if (!btf)
      return state.SkipWithError(llvm::toString(btf.takeError()).c_str());
    auto task = (*btf)->findAggregate("task_struct");
    if (!task)
      return state.SkipWithError(llvm::toString(task.takeError()).c_str());
    benchmark::DoNotOptimize(*task);
  }
}
BENCHMARK(cachedLookup)->Name("CachedLookup")->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
