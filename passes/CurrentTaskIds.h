#ifndef WHISTLER_PASSES_CURRENTTASKIDS_H
#define WHISTLER_PASSES_CURRENTTASKIDS_H

#include <llvm/IR/Instructions.h>
#include <llvm/IR/PassManager.h>

#include <optional>

namespace whistler::passes {

/// By how many bits to shift what bpf_get_current_pid_tgid gives for the value
/// of `read`; nothing when it reads anything else than the current task's pid
/// or tgid, or the program may not call that helper on every kernel.
std::optional<unsigned> currentTaskIdShift(const llvm::CallInst &read);

struct CurrentTaskIds : llvm::PassInfoMixin<CurrentTaskIds> {
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &analyses);
};

} // namespace whistler::passes

#endif
