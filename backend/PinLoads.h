#ifndef WHISTLER_BACKEND_PINLOADS_H
#define WHISTLER_BACKEND_PINLOADS_H

#include <llvm/IR/Module.h>

namespace whistler::backend {

/// Makes loads marked kPinnedLoad calls that LLVM neither merges nor moves into
/// a common successor. Run directly before LLVM's pipeline.
void pinLoads(llvm::Module &module);

} // namespace whistler::backend

#endif
