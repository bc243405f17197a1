#ifndef WHISTLER_PASSES_READDESTINATION_H
#define WHISTLER_PASSES_READDESTINATION_H

#include "ReadWindows.h"

#include <llvm/IR/Instructions.h>

namespace whistler::passes {

/// The store that is the only use of a read's value, in the read's block, into
/// memory that a helper may fill, with nothing between that may change what is
/// read; null when there is none.
llvm::StoreInst *destinationOf(llvm::CallInst &read);

/// Reads a window that its stores would lay down just as the kernel has it,
/// without a gap, straight to where they go. False, and nothing changed, when
/// it is not of that kind.
bool readRunInPlace(const ReadWindow &window);

} // namespace whistler::passes

#endif
