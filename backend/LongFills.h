#ifndef WHISTLER_BACKEND_LONGFILLS_H
#define WHISTLER_BACKEND_LONGFILLS_H

#include <llvm/IR/Module.h>

namespace whistler::backend {

/// Divides fills and copies of more bytes than the target writes in a row.
void divideLongFills(llvm::Module &module);

} // namespace whistler::backend

#endif
