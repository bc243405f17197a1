#ifndef WHISTLER_PASSES_PIPELINES_H
#define WHISTLER_PASSES_PIPELINES_H

#include "whistler/passes/CostModel.h"

#include <llvm/IR/PassManager.h>
#include <llvm/Passes/PassBuilder.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whistler::passes {

/// How kernel reads become code (docs/kernel-reads.md).
enum class ReadStrategy {
  Portable, ///< whatever the running kernel does best, chosen as it loads
  Direct,   ///< direct loads, through casts where need be; kernel 6.2 on
  Fused,    ///< merged, and neighbours fused into one stack-buffer read
  Single,   ///< merged, one helper call each
  Naive,    ///< one helper call per read, nothing merged
};

/// "fused" and so on, as --kernel-reads spells it.
llvm::StringRef name(ReadStrategy strategy);
std::optional<ReadStrategy> parseReadStrategy(llvm::StringRef text);
/// Every strategy there is, in the order of the enumeration.
std::vector<ReadStrategy> readStrategies();

/// A kernel to compile for: 6.1 and so on.
struct KernelVersion {
  unsigned major = 0, minor = 0;
  auto operator<=>(const KernelVersion &) const = default;
};

/// "6.12" (a patch level may follow); nothing for what is no version, or one
/// before Linux 4 or after 99.
std::optional<KernelVersion> parseKernelVersion(llvm::StringRef text);

/// The first kernel that a strategy's programs load on.
KernelVersion firstKernel(ReadStrategy strategy);

struct PipelineOptions {
  ReadStrategy reads = ReadStrategy::Portable;
  /// For `Portable`: the best that every kernel from this one on has, without
  /// choices at load time.
  std::optional<KernelVersion> targetKernel = std::nullopt;
  bool relocatable = true; ///< false bakes the build host's layout in
  bool optimize = true;    ///< false: lowering only, for -O0
  bool verifyEach = false;
  uint64_t windowBytes = 256; ///< most that one window of reads is long
  CostModel costs;            ///< what reads are chosen by
};

/// The per-CPU array for values that the stack doesn't hold.
constexpr std::string_view kSpillMap = "whistler_spill";

/// Registers passes, pipelines `whistler-o0<…>`, `whistler-o2<…>` and analyses
/// by their text names, and what has to run at the end of LLVM's pipelines.
/// With `liveValues` functions that have more values alive at once keep the
/// rest in a per-CPU array.
void registerPasses(llvm::PassBuilder &builder,
                    std::optional<unsigned> liveValues = std::nullopt);

/// Our passes only, from lowered operations to IR that the BPF target takes;
/// the caller runs the target's pipeline after it. docs/passes.md explains
/// the order.
llvm::ModulePassManager buildPipeline(const PipelineOptions &options);

} // namespace whistler::passes

#endif
