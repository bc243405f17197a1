// Our passes and then LLVM's pipeline for the BPF target, with one PassBuilder
// bound to the target machine: with it the pipeline gives the same code as
// clang -O2, without it the target can't select its own intrinsics.
//
// The passes of `addEarlyPasses` run over the module before the target's
// pipeline is built, because the target takes CO-RE accesses apart at its very
// first step and the identity of a field is gone after it. What they leave is
// checked before the target sees it: it would abort the process.
//
// -O0: LLVM's O0 pipeline and SROA after it. Code generation stays at O2,
// because O0 code generation does not fold CO-RE accesses into loads, and the
// verifier then refuses the program.

#include "BindRelocations.h"
#include "DeadResults.h"
#include "DiagnosticCapture.h"
#include "DisjointEffects.h"
#include "IdleAtomics.h"
#include "LongFills.h"
#include "ModuleChecks.h"
#include "PinLoads.h"
#include "RepeatedCombines.h"
#include "whistler/backend/Target.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/PassInstrumentation.h>
#include <llvm/Passes/StandardInstrumentations.h>
#include <llvm/Transforms/Scalar/SROA.h>

using namespace llvm;

namespace whistler::backend {

namespace {

/// The analysis managers of one run, in the order in which they must die.
struct Analyses {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager callGraph;
  ModuleAnalysisManager modules;

  void registerWith(PassBuilder &builder, const TargetMachine &machine) {
    functions.registerPass([triple = machine.getTargetTriple()] {
      return TargetLibraryAnalysis(TargetLibraryInfoImpl(triple));
    });
    functions.registerPass([] { return DisjointEffectsAnalysis(); });
    functions.registerPass([&builder] {
      AAManager aliases = builder.buildDefaultAAPipeline();
      aliases.registerFunctionAnalysis<DisjointEffectsAnalysis>();
      return aliases;
    });
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(callGraph);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, callGraph, modules);
  }
};

/// clang's settings at -O2, but for vectors, which the target doesn't have.
PipelineTuningOptions tuning() {
  PipelineTuningOptions tuning;
  tuning.LoopUnrolling = true;
  tuning.LoopInterleaving = true;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  return tuning;
}

ModulePassManager targetPipeline(PassBuilder &builder, bool optimize) {
  if (optimize)
    return builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2);
  ModulePassManager passes =
      builder.buildO0DefaultPipeline(OptimizationLevel::O0);
  passes.addPass(
      createModuleToFunctionPassAdaptor(SROAPass(SROAOptions::ModifyCFG)));
  return passes;
}

} // namespace

Error optimize(Module &module, TargetMachine &machine,
               const TargetOptions &options,
               function_ref<void(PassBuilder &)> registerPasses,
               function_ref<void(ModulePassManager &)> addEarlyPasses) {
  DiagnosticCapture diagnostics(module.getContext());
  PassInstrumentationCallbacks callbacks;
  StandardInstrumentations instrumentations(module.getContext(),
                                            /*DebugLogging=*/false,
                                            options.verifyEach);
  PassBuilder builder(&machine, tuning(), std::nullopt, &callbacks);
  if (registerPasses)
    registerPasses(builder);
  Analyses analyses;
  analyses.registerWith(builder, machine);
  if (options.verifyEach)
    instrumentations.registerCallbacks(callbacks, &analyses.modules);
  RepeatedCombines combines;

  if (addEarlyPasses) {
    ModulePassManager early;
    addEarlyPasses(early);
    early.run(module, analyses.modules);
  }
  if (Error error = takeFirstError(diagnostics, module))
    return error;
  if (Error error = checkWellFormed(module))
    return error;
  if (Error error = checkRelocations(module))
    return error;
  if (Error error = bindRelocations(module))
    return error;
  pinLoads(module);
  analyses.modules.invalidate(module, PreservedAnalyses::none());

  combines.registerWith(callbacks);
  targetPipeline(builder, options.optimize).run(module, analyses.modules);
  foldNullLoads(module);
  dropIdleAtomics(module);
  settleDeadResults(module);
  divideLongFills(module);
  return takeFirstError(diagnostics, module);
}

} // namespace whistler::backend
