#ifndef WHISTLER_PASSES_NAMEREADS_H
#define WHISTLER_PASSES_NAMEREADS_H

#include "ReadOrigin.h"

#include <llvm/IR/PassManager.h>
#include <llvm/IR/ValueHandle.h>

#include <deque>

namespace whistler::passes {

/// Follows a read through LLVM's passes to what takes its place.
class FollowedRead final : public llvm::CallbackVH {
public:
  FollowedRead(llvm::Instruction &read, ReadOrigin origin)
      : CallbackVH(&read), function(read.getFunction()),
        origin(std::move(origin)) {}
  void deleted() override { setValPtr(nullptr); }
  void allUsesReplacedWith(llvm::Value *other) override {
    wasReplaced = true;
    setValPtr(other);
  }

  llvm::Function *function;
  ReadOrigin origin;
  bool wasReplaced = false;
};

/// The reads of a module that are followed: from `whistler-name-reads` to
/// `whistler-follow-reads`, whatever is between.
struct FollowedReads : llvm::AnalysisInfoMixin<FollowedReads> {
  struct Result {
    std::deque<FollowedRead> reads;
    bool invalidate(llvm::Module &, const llvm::PreservedAnalyses &,
                    llvm::ModuleAnalysisManager::Invalidator &) {
      return false;
    }
  };
  Result run(llvm::Module &, llvm::ModuleAnalysisManager &) { return {}; }

private:
  friend AnalysisInfoMixin<FollowedReads>;
  static llvm::AnalysisKey Key;
};

/// `whistler-name-reads`: each kernel read gets the place and the name that it
/// has in the source. Nothing without a listener: see kReadFatesPass.
struct NameReads : llvm::PassInfoMixin<NameReads> {
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

/// `whistler-follow-reads`: says which reads became one, and which are gone,
/// since they were named.
struct FollowReads : llvm::PassInfoMixin<FollowReads> {
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace whistler::passes

#endif
