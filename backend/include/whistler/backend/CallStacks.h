#ifndef WHISTLER_BACKEND_CALLSTACKS_H
#define WHISTLER_BACKEND_CALLSTACKS_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

namespace whistler::backend {

/// Whether the frames of every chain of calls in an object fit the stack.
/// Errors: BackendError.
llvm::Error checkCallStacks(llvm::ArrayRef<char> object);

} // namespace whistler::backend

#endif
