#ifndef WHISTLER_COMPILER_REMARKCOLLECTOR_H
#define WHISTLER_COMPILER_REMARKCOLLECTOR_H

#include "whistler/compiler/Compiler.h"

#include <llvm/IR/DiagnosticHandler.h>

namespace whistler::compiler {

/// Keeps the optimization remarks of this project's passes as data; LLVM's
/// own are not asked for. `remarks` outlives the context. What becomes of each
/// read is told when `explainsReads`.
class RemarkCollector : public llvm::DiagnosticHandler {
public:
  RemarkCollector(std::vector<Remark> &remarks, bool explainsReads)
      : remarks_(remarks), explainsReads_(explainsReads) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override;
  bool isAnalysisRemarkEnabled(llvm::StringRef pass) const override;
  bool isMissedOptRemarkEnabled(llvm::StringRef pass) const override;
  bool isPassedOptRemarkEnabled(llvm::StringRef pass) const override;
  bool isAnyRemarkEnabled() const override { return true; }

private:
  std::vector<Remark> &remarks_;
  bool explainsReads_;
};

} // namespace whistler::compiler

#endif
