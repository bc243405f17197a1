#ifndef WHISTLER_PASSES_READPLACE_H
#define WHISTLER_PASSES_READPLACE_H

#include <llvm/Analysis/BlockFrequencyInfo.h>
#include <llvm/Analysis/BranchProbabilityInfo.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/MemorySSA.h>
#include <llvm/IR/Dominators.h>

namespace whistler::passes {

/// Where one read can serve several.
struct ReadPlace {
  llvm::Instruction *at = nullptr; ///< the read goes before it
  double frequency = 0;            ///< runs of it for each run of the function
  bool always = false; ///< every path from it comes to one of the reads
};

/// Finds places for shared reads in one function.
class ReadPlaces {
public:
  ReadPlaces(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);

  /// The latest place before all of `calls`, or a place before the loop that
  /// they are in when every entry into the loop comes to one of them. `calls`
  /// read from one `base`, with one last write of kernel memory before them.
  ReadPlace find(llvm::ArrayRef<llvm::CallInst *> calls, llvm::Value *base,
                 llvm::MemoryAccess *lastWrite) const;
  /// Whether every path from `from` to the function's end passes one of them.
  bool isAlwaysReached(const llvm::Instruction *from,
                       llvm::ArrayRef<llvm::CallInst *> calls) const;
  double frequency(const llvm::Instruction *inst) const;

private:
  llvm::DominatorTree &tree_;
  llvm::LoopInfo &loops_;
  llvm::BranchProbabilityInfo probabilities_;
  llvm::BlockFrequencyInfo frequencies_;
  double entryFrequency_;
};

} // namespace whistler::passes

#endif
