#ifndef WHISTLER_BACKEND_DEADRESULTS_H
#define WHISTLER_BACKEND_DEADRESULTS_H

namespace llvm {
class Module;
}

namespace whistler::backend {

/// Makes functions that have no result return a number all the same.
void settleDeadResults(llvm::Module &module);

} // namespace whistler::backend

#endif
