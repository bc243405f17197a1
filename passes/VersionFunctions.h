#ifndef WHISTLER_PASSES_VERSIONFUNCTIONS_H
#define WHISTLER_PASSES_VERSIONFUNCTIONS_H

#include <llvm/IR/PassManager.h>

namespace whistler::passes {

/// `whistler-version-functions`: a version of each function with kernel reads
/// for every kind of kernel that does them better, and a choice between them.
struct VersionFunctions : llvm::PassInfoMixin<VersionFunctions> {
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

/// `whistler-join-versions`: puts the versions back into one function.
struct JoinVersions : llvm::PassInfoMixin<JoinVersions> {
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace whistler::passes

#endif
