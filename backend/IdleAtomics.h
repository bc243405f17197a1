#ifndef WHISTLER_BACKEND_IDLEATOMICS_H
#define WHISTLER_BACKEND_IDLEATOMICS_H

#include <llvm/IR/Module.h>

namespace whistler::backend {

/// Removes atomic operations that leave their memory as it is and whose result
/// nobody uses.
void dropIdleAtomics(llvm::Module &module);

} // namespace whistler::backend

#endif
