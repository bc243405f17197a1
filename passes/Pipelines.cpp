// The one readable list of what runs in which order; docs/passes.md has the
// reasons at length.

#include "whistler/passes/Pipelines.h"

#include "FuseKernelReads.h"
#include "LowerCore.h"
#include "LowerKernelReads.h"
#include "ReadInPlace.h"
#include "ZeroRecords.h"
#include "whistler/ir/Verifier.h"

#include <llvm/IR/Verifier.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr StringLiteral kStrategies[] = {"fused", "single", "naive"};

class Pipeline {
public:
  explicit Pipeline(const PipelineOptions &options) : options_(options) {}

  ModulePassManager build() {
    check();
    if (options_.optimize && options_.reads != ReadStrategy::Naive) {
      mergeReads();
      if (options_.reads == ReadStrategy::Fused)
        add(FuseKernelReads(limits()));
      add(ReadInPlace());
    }
    add(LowerKernelReads());
    // Last: one early-cse behind it would merge two fields into one.
    manager_.addPass(LowerCore(!options_.relocatable));
    check();
    return std::move(manager_);
  }

private:
  WindowLimits limits() const {
    WindowLimits limits;
    limits.baked = !options_.relocatable;
    return limits;
  }

  /// Equal reads become one. Variables must be values first, or no two base
  /// pointers are equal; instcombine takes integers that are pointers back to
  /// pointers.
  void mergeReads() {
    add(SROAPass(SROAOptions::ModifyCFG));
    add(EarlyCSEPass(/*UseMemorySSA=*/true));
    add(SimplifyCFGPass());
    add(InstCombinePass());
    add(GVNPass());
    add(ADCEPass());
    // While stores and reads are still apart; see ZeroRecords.cpp.
    add(ZeroRecords());
    add(DSEPass());
  }

  template <typename Pass> void add(Pass pass) {
    manager_.addPass(createModuleToFunctionPassAdaptor(std::move(pass)));
    if (options_.verifyEach)
      check();
  }

  void check() {
    manager_.addPass(ir::VerifyOperations());
    if (options_.verifyEach)
      manager_.addPass(VerifierPass());
  }

  const PipelineOptions &options_;
  ModulePassManager manager_;
};

} // namespace

StringRef name(ReadStrategy strategy) {
  return kStrategies[static_cast<size_t>(strategy)];
}

std::optional<ReadStrategy> parseReadStrategy(StringRef text) {
  const StringLiteral *found = find(kStrategies, text);
  if (found == std::end(kStrategies))
    return std::nullopt;
  return static_cast<ReadStrategy>(found - std::begin(kStrategies));
}

std::vector<ReadStrategy> readStrategies() {
  std::vector<ReadStrategy> all;
  for (size_t i = 0; i < std::size(kStrategies); ++i)
    all.push_back(static_cast<ReadStrategy>(i));
  return all;
}

ModulePassManager buildPipeline(const PipelineOptions &options) {
  return Pipeline(options).build();
}

} // namespace whistler::passes
