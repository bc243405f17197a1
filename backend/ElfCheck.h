#ifndef WHISTLER_BACKEND_ELFCHECK_H
#define WHISTLER_BACKEND_ELFCHECK_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

namespace whistler::backend {

/// Follows every offset, size, name and index of a little-endian 64-bit ELF
/// file once.
llvm::Error checkElf(llvm::ArrayRef<char> bytes);

} // namespace whistler::backend

#endif
