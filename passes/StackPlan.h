#ifndef WHISTLER_PASSES_STACKPLAN_H
#define WHISTLER_PASSES_STACKPLAN_H

#include "ReadWindows.h"

namespace whistler::passes {

/// Gives the windows of a function their buffers on its stack, of which `taken`
/// bytes are someone else's. Sets `buffer` to the bytes that a window gets; 0
/// when it has no room.
void planStack(std::vector<ReadWindow> &windows, uint64_t taken);

} // namespace whistler::passes

#endif
