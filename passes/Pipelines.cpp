// The one readable list of what runs in which order; docs/passes.md has the
// reasons at length.

#include "whistler/passes/Pipelines.h"

#include "CurrentTaskIds.h"
#include "EarlyContextLoads.h"
#include "FuseKernelReads.h"
#include "LaunderTrusted.h"
#include "LowerCore.h"
#include "LowerDirectReads.h"
#include "LowerKernelReads.h"
#include "MergeContextLoads.h"
#include "NameReads.h"
#include "PassOptions.h"
#include "ReadInPlace.h"
#include "ShareSlots.h"
#include "SinkReads.h"
#include "VersionFunctions.h"
#include "ZeroRecords.h"
#include "whistler/ir/Verifier.h"

#include <llvm/IR/Verifier.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/ADCE.h>
#include <llvm/Transforms/Scalar/DeadStoreElimination.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopRotation.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Scalar/Sink.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr StringLiteral kStrategies[] = {"portable", "direct", "fused",
                                         "single", "naive"};

/// What kernels can do, latest first.
struct CapabilityRow {
  KernelVersion since;
  PointerRules rules;
};
constexpr CapabilityRow kCapabilities[] = {
    {{6, 2}, kDirectVersion.rules}, // bpf_rdonly_cast
    {{5, 15}, kTaskVersion.rules},  // helper 158 in programs of all types
    {{0, 0}, kHelperVersion.rules},
};

/// So many values of reads may not fit on the stack together: what needs not
/// wait must not, optimized or not.
constexpr unsigned kManyReads = 32;

class Pipeline {
public:
  explicit Pipeline(const PipelineOptions &options) : options_(options) {}

  ModulePassManager build() {
    check();
    manager_.addPass(NameReads());
    if (options_.optimize && options_.reads != ReadStrategy::Naive) {
      mergeReads();
      manager_.addPass(FollowReads());
      if (options_.reads == ReadStrategy::Portable && !options_.targetKernel)
        manager_.addPass(VersionFunctions());
      add(LowerDirectReads(rulesOf(options_), !options_.relocatable));
      if (options_.reads != ReadStrategy::Single) {
        add(FuseKernelReads(limits()));
        add(CurrentTaskIds());
      }
      add(ReadInPlace());
    } else if (options_.reads == ReadStrategy::Direct) {
      // Bases must be values, or each read would have a cast of its own.
      add(SROAPass(SROAOptions::ModifyCFG));
      add(LowerDirectReads(rulesOf(options_), !options_.relocatable));
    } else {
      add(LaunderTrusted());
    }
    if (!options_.optimize || options_.reads == ReadStrategy::Naive)
      add(SinkReads(kManyReads));
    add(LowerKernelReads());
    if (options_.optimize) {
      add(MergeContextLoads());
      add(EarlyContextLoads());
    }
    // Last: one early-cse behind it would merge two fields into one.
    manager_.addPass(LowerCore(!options_.relocatable));
    check();
    return std::move(manager_);
  }

private:
  WindowLimits limits() const {
    WindowLimits limits;
    limits.baked = !options_.relocatable;
    limits.bytes = options_.windowBytes;
    limits.costs = options_.costs;
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
    rotateLoops();
    add(GVNPass());
    add(ADCEPass());
    add(SinkingPass());
    add(SinkReads());
    add(ShareSlots());
    // While stores and reads are still apart; see ZeroRecords.cpp.
    add(ZeroRecords());
    add(DSEPass());
  }

  /// A loop of at least one round then has its test at the end, and what every
  /// round reads can be read before it.
  void rotateLoops() {
    FunctionPassManager passes;
    passes.addPass(LoopSimplifyPass());
    passes.addPass(createFunctionToLoopPassAdaptor(LoopRotatePass()));
    passes.addPass(SimplifyCFGPass());
    add(std::move(passes));
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

PointerRules rulesOf(const PipelineOptions &options) {
  if (options.reads == ReadStrategy::Direct)
    return kDirectVersion.rules;
  if (options.reads != ReadStrategy::Portable || !options.targetKernel)
    return kHelperVersion.rules;
  for (const CapabilityRow &row : kCapabilities)
    if (*options.targetKernel >= row.since)
      return row.rules;
  return kHelperVersion.rules;
}

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

std::optional<KernelVersion> parseKernelVersion(StringRef text) {
  SmallVector<StringRef, 3> parts;
  text.split(parts, '.');
  KernelVersion version;
  unsigned patch = 0;
  bool isVersion = (parts.size() == 2 || parts.size() == 3) &&
                   !parts[0].getAsInteger(10, version.major) &&
                   !parts[1].getAsInteger(10, version.minor) &&
                   (parts.size() == 2 || !parts[2].getAsInteger(10, patch));
  constexpr unsigned kFirst = 4, kLast = 99;
  if (!isVersion || version.major < kFirst || version.major > kLast ||
      version.minor > kLast * 10)
    return std::nullopt;
  return version;
}

KernelVersion firstKernel(ReadStrategy strategy) {
  return strategy == ReadStrategy::Direct ? kCapabilities[0].since
                                          : KernelVersion{};
}

ModulePassManager buildPipeline(const PipelineOptions &options) {
  return Pipeline(options).build();
}

} // namespace whistler::passes
