#ifndef WHISTLER_BACKEND_PINLOADS_H
#define WHISTLER_BACKEND_PINLOADS_H

#include <llvm/IR/Module.h>

namespace whistler::backend {

/// Makes loads marked kPinnedLoad calls that LLVM neither merges nor moves into
/// a common successor. Run directly before LLVM's pipeline.
void pinLoads(llvm::Module &module);

/// Puts 0 for such loads where LLVM has found the base to be null. Run behind
/// LLVM's pipeline.
void foldNullLoads(llvm::Module &module);

} // namespace whistler::backend

#endif
