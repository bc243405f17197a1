#ifndef WHISTLER_PASSES_PIPELINES_H
#define WHISTLER_PASSES_PIPELINES_H

#include <llvm/IR/PassManager.h>
#include <llvm/Passes/PassBuilder.h>

#include <optional>
#include <string>
#include <vector>

namespace whistler::passes {

/// How kernel reads become code (docs/kernel-reads.md).
enum class ReadStrategy {
  Fused,  ///< merged, and neighbours fused into one stack-buffer read
  Single, ///< merged, one helper call each
  Naive,  ///< one helper call per read, nothing merged
};

/// "fused" and so on, as --kernel-reads spells it.
llvm::StringRef name(ReadStrategy strategy);
std::optional<ReadStrategy> parseReadStrategy(llvm::StringRef text);
/// Every strategy there is, in the order of the enumeration.
std::vector<ReadStrategy> readStrategies();

struct PipelineOptions {
  ReadStrategy reads = ReadStrategy::Fused;
  bool relocatable = true; ///< false bakes the build host's layout in
  bool optimize = true;    ///< false: lowering only, for -O0
  bool verifyEach = false;
};

/// Registers passes, pipelines `whistler-o0<…>`, `whistler-o2<…>` and analyses
/// by their text names.
void registerPasses(llvm::PassBuilder &builder);

/// Our passes only, from lowered operations to IR that the BPF target takes;
/// the caller runs the target's pipeline after it. docs/passes.md explains
/// the order.
llvm::ModulePassManager buildPipeline(const PipelineOptions &options);

} // namespace whistler::passes

#endif
