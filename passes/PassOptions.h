#ifndef WHISTLER_PASSES_PASSOPTIONS_H
#define WHISTLER_PASSES_PASSOPTIONS_H

#include "ReadWindows.h"
#include "TypedPointers.h"
#include "whistler/passes/Pipelines.h"

#include <llvm/Support/Error.h>

namespace whistler::passes {

/// What may be read without a helper where no version of a function says
/// otherwise.
PointerRules rulesOf(const PipelineOptions &options);

/// What may stand in the angle brackets of our pass and pipeline names.
struct PassOptions {
  WindowLimits limits;    ///< `window=N`, `baked`
  unsigned least = 0;     ///< `least=N`
  unsigned most = 24;     ///< `most=N`
  PipelineOptions module; ///< `reads=portable|…`, `target=6.1`, `baked`
  /// For one pass alone: what `reads` and `target` permit.
  PointerRules rules() const { return rulesOf(module); }
};

/// `text` is "window=64;baked" and so on, without the brackets.
llvm::Expected<PassOptions> parsePassOptions(llvm::StringRef text);

} // namespace whistler::passes

#endif
