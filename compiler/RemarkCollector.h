#ifndef WHISTLER_COMPILER_REMARKCOLLECTOR_H
#define WHISTLER_COMPILER_REMARKCOLLECTOR_H

#include "whistler/compiler/Compiler.h"

#include <llvm/IR/DiagnosticHandler.h>

namespace whistler::compiler {

/// Keeps the optimization remarks of this project's passes as data; LLVM's
/// own are not asked for. `remarks` outlives the context.
class RemarkCollector : public llvm::DiagnosticHandler {
public:
  explicit RemarkCollector(std::vector<Remark> &remarks) : remarks_(remarks) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override;
  bool isAnalysisRemarkEnabled(llvm::StringRef pass) const override;
  bool isMissedOptRemarkEnabled(llvm::StringRef pass) const override;
  bool isPassedOptRemarkEnabled(llvm::StringRef pass) const override;
  bool isAnyRemarkEnabled() const override { return true; }

private:
  std::vector<Remark> &remarks_;
};

} // namespace whistler::compiler

#endif
