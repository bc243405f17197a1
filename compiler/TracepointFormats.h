#ifndef WHISTLER_COMPILER_TRACEPOINTFORMATS_H
#define WHISTLER_COMPILER_TRACEPOINTFORMATS_H

#include "sema/Sema.h"

namespace whistler::compiler {

/// The event's format file in the tracing file system at `path`, or, when that
/// is "", where the kernel has it; or what is missing.
TracepointFormat readTracepointFormat(llvm::StringRef path,
                                      llvm::StringRef category,
                                      llvm::StringRef event);

} // namespace whistler::compiler

#endif
