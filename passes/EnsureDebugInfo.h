#ifndef WHISTLER_PASSES_ENSUREDEBUGINFO_H
#define WHISTLER_PASSES_ENSUREDEBUGINFO_H

#include <llvm/IR/Module.h>

namespace whistler::passes {

/// Gives a module without debug info as much as a loader needs to take its
/// relocations; leaves any other module alone.
void ensureDebugInfo(llvm::Module &module);

} // namespace whistler::passes

#endif
