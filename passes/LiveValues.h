#ifndef WHISTLER_PASSES_LIVEVALUES_H
#define WHISTLER_PASSES_LIVEVALUES_H

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Function.h>

#include <vector>

namespace whistler::passes {

/// Integers to keep in memory between their definition and their uses so that
/// no more than `most` values are alive at once, as far as that can be done:
/// what an address, a helper or the end of a loop is made of stays, because
/// the verifier would not know its bounds any more. In program order.
std::vector<llvm::Instruction *> chooseSpills(llvm::Function &function,
                                              const llvm::LoopInfo &loops,
                                              unsigned most);

} // namespace whistler::passes

#endif
