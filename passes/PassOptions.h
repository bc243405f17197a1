#ifndef WHISTLER_PASSES_PASSOPTIONS_H
#define WHISTLER_PASSES_PASSOPTIONS_H

#include "ReadWindows.h"
#include "whistler/passes/Pipelines.h"

#include <llvm/Support/Error.h>

namespace whistler::passes {

/// What may stand in the angle brackets of our pass and pipeline names.
struct PassOptions {
  WindowLimits limits;    ///< `window=N`, `baked`
  PipelineOptions module; ///< `reads=fused|single|naive`, `baked`
};

/// `text` is "window=64;baked" and so on, without the brackets.
llvm::Expected<PassOptions> parsePassOptions(llvm::StringRef text);

} // namespace whistler::passes

#endif
