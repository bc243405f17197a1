#ifndef WHISTLER_BACKEND_BINDRELOCATIONS_H
#define WHISTLER_BACKEND_BINDRELOCATIONS_H

#include <llvm/IR/Module.h>
#include <llvm/Support/Error.h>

namespace whistler::backend {

/// Replaces every CO-RE intrinsic by the global variable that stands for its
/// relocation until the object is written. Run last before LLVM's pipeline.
llvm::Error bindRelocations(llvm::Module &module);

} // namespace whistler::backend

#endif
