// Text names to passes: PassRegistry.def holds the passes, this file the two
// pipelines and the options in angle brackets. Everything by a text name goes
// through here, so opt, whistler-opt and tests know the same names.

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
#include "SpillValues.h"
#include "VersionFunctions.h"
#include "ZeroRecords.h"
#include "whistler/ir/Verifier.h"

using namespace llvm;

namespace whistler::passes {

namespace {

/// "name<a;b>" to "name" and "a;b"; nothing when the bracket stays open.
std::optional<std::pair<StringRef, StringRef>> splitName(StringRef text) {
  size_t bracket = text.find('<');
  if (bracket == StringRef::npos)
    return std::pair(text, StringRef());
  StringRef options = text.substr(bracket + 1);
  if (!options.consume_back(">"))
    return std::nullopt;
  return std::pair(text.take_front(bracket), options);
}

bool addModulePass(StringRef text, ModulePassManager &manager,
                   ArrayRef<PassBuilder::PipelineElement> inner) {
  auto split = splitName(text);
  if (!split || !inner.empty() || !split->first.starts_with("whistler-"))
    return false;
  auto options = parsePassOptions(split->second);
  if (!options) {
    consumeError(options.takeError());
    return false;
  }
  StringRef name = split->first;
  if (name == "whistler-o0" || name == "whistler-o2") {
    options->module.optimize = name == "whistler-o2";
    manager.addPass(buildPipeline(options->module));
    return true;
  }
#define MODULE_PASS(NAME, CREATE)                                              \
  if (name == NAME) {                                                          \
    manager.addPass(CREATE);                                                   \
    return true;                                                               \
  }
#include "PassRegistry.def"
  return false;
}

bool addFunctionPass(StringRef text, FunctionPassManager &manager,
                     ArrayRef<PassBuilder::PipelineElement> inner) {
  auto split = splitName(text);
  if (!split || !inner.empty() || !split->first.starts_with("whistler-"))
    return false;
  auto options = parsePassOptions(split->second);
  if (!options) {
    consumeError(options.takeError());
    return false;
  }
#define FUNCTION_PASS(NAME, CREATE)                                            \
  if (split->first == NAME) {                                                  \
    manager.addPass(CREATE);                                                   \
    return true;                                                               \
  }
#include "PassRegistry.def"
  return false;
}

} // namespace

Expected<PassOptions> parsePassOptions(StringRef text) {
  PassOptions options;
  while (!text.empty()) {
    auto [option, rest] = text.split(';');
    text = rest;
    if (option == "baked") {
      options.limits.baked = true;
      options.module.relocatable = false;
    } else if (option.consume_front("reads=")) {
      auto strategy = parseReadStrategy(option);
      if (!strategy)
        return createStringError("unknown read strategy `" + option + "`");
      options.module.reads = *strategy;
    } else if (option.consume_front("target=")) {
      options.module.targetKernel = parseKernelVersion(option);
      if (!options.module.targetKernel)
        return createStringError("no kernel version: `" + option + "`");
    } else if (option.consume_front("least=")) {
      if (option.getAsInteger(10, options.least))
        return createStringError("`" + option + "` is not a number");
    } else if (option.consume_front("most=")) {
      if (option.getAsInteger(10, options.most))
        return createStringError("`" + option + "` is not a number");
    } else if (!option.consume_front("window=") ||
               option.getAsInteger(10, options.limits.bytes)) {
      return createStringError("unknown pass option `" + option + "`");
    }
  }
  return options;
}

void registerPasses(PassBuilder &builder, std::optional<unsigned> liveValues) {
  builder.registerPipelineParsingCallback(addModulePass);
  builder.registerPipelineParsingCallback(addFunctionPass);
  builder.registerAnalysisRegistrationCallback(
      [](ModuleAnalysisManager &analyses) {
        analyses.registerPass([] { return FollowedReads(); });
      });
  builder.registerOptimizerLastEPCallback(
      [liveValues](ModulePassManager &manager, OptimizationLevel) {
        manager.addPass(JoinVersions());
        if (liveValues)
          manager.addPass(SpillValues(*liveValues));
      });
}

} // namespace whistler::passes
