#ifndef WHISTLER_IR_VERIFIER_H
#define WHISTLER_IR_VERIFIER_H

#include <llvm/IR/PassManager.h>

#include <string>
#include <vector>

namespace whistler::ir {

/// What is wrong with the whistler.* operations of `module`, a sentence each,
/// naming the operation and the function; empty when all is well.
std::vector<std::string> verifyOperations(const llvm::Module &module);

/// `whistler-verify`: reports all problems in one LLVM error diagnostic of the
/// context (never aborts); changes nothing.
struct VerifyOperations : llvm::PassInfoMixin<VerifyOperations> {
  llvm::PreservedAnalyses run(llvm::Module &module,
                              llvm::ModuleAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace whistler::ir

#endif
