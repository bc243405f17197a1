// LLVM's O2 pipeline runs instcombine again and again, and for a BPF program
// most passes in between change nothing.

#include "RepeatedCombines.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Module.h>

using namespace llvm;

namespace whistler::backend {

namespace {

constexpr StringLiteral kCombine = "InstCombinePass";

/// Not passes: what runs them tells of the same changes again.
bool isFrame(StringRef pass) {
  return isSpecialPass(pass, {"PassManager", "PassAdaptor",
                              "AnalysisManagerProxy", "DevirtSCCRepeatedPass",
                              "ModuleInlinerWrapperPass", "VerifierPass"});
}

/// The one function that a pass ran over; null when it saw more.
const Function *functionOf(const Any &unit) {
  if (const auto *function = any_cast<const Function *>(&unit))
    return *function;
  if (const auto *loop = any_cast<const Loop *>(&unit))
    return (*loop)->getHeader()->getParent();
  return nullptr;
}

} // namespace

bool RepeatedCombines::shouldRun(StringRef pass, const Any &unit) const {
  return pass != kCombine || !combined_.contains(functionOf(unit));
}

void RepeatedCombines::noteRun(StringRef pass, const Any &unit,
                               const PreservedAnalyses &preserved) {
  const Function *function = functionOf(unit);
  if (pass == kCombine) {
    combined_.insert(function);
  } else if (!isFrame(pass) && !preserved.areAllPreserved()) {
    if (function)
      combined_.erase(function);
    else
      combined_.clear();
  }
}

void RepeatedCombines::registerWith(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerShouldRunOptionalPassCallback(
      [this](StringRef pass, Any unit) { return shouldRun(pass, unit); });
  callbacks.registerAfterPassCallback(
      [this](StringRef pass, Any unit, const PreservedAnalyses &preserved) {
        noteRun(pass, unit, preserved);
      });
  // Of a loop or a function that is gone.
  callbacks.registerAfterPassInvalidatedCallback(
      [this](StringRef, const PreservedAnalyses &) { combined_.clear(); });
}

} // namespace whistler::backend
