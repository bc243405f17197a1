#ifndef WHISTLER_PASSES_CASTJOINS_H
#define WHISTLER_PASSES_CASTJOINS_H

#include "TypedPointers.h"

#include <llvm/IR/IRBuilder.h>

namespace whistler::passes {

/// A call of bpf_rdonly_cast that makes a pointer to `step`'s record of `base`.
llvm::CallInst *createCast(llvm::IRBuilderBase &builder, llvm::Value *base,
                           const ir::FieldStep &step);

/// Casts what comes into a join where something else that comes in is typed as
/// its reads want it, so that the join needs no cast. True when it did.
bool castJoins(llvm::Function &function, PointerRules rules);

} // namespace whistler::passes

#endif
