#ifndef WHISTLER_TOOLS_PASSRUNNER_H
#define WHISTLER_TOOLS_PASSRUNNER_H

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/Error.h>
#include <llvm/Target/TargetMachine.h>

#include <map>
#include <string>
#include <vector>

namespace whistler::tools {

enum class Remarks { None, Ours, All };

/// Prints what LLVM reports through a context: errors and warnings at once.
/// Optimization remarks are kept on request, for a table with the source place
/// and what the model says of the read concerned.
class DiagnosticPrinter : public llvm::DiagnosticHandler {
public:
  explicit DiagnosticPrinter(Remarks remarks) : remarks_(remarks) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override;
  bool isAnalysisRemarkEnabled(llvm::StringRef pass) const override;
  bool isMissedOptRemarkEnabled(llvm::StringRef pass) const override;
  bool isPassedOptRemarkEnabled(llvm::StringRef pass) const override;
  bool isAnyRemarkEnabled() const override { return remarks_ != Remarks::None; }
  bool sawErrors() const { return errors_ != 0; }
  void printRemarks(llvm::raw_ostream &os) const;

private:
  bool wanted(llvm::StringRef pass) const;
  Remarks remarks_;
  unsigned errors_ = 0;
  std::vector<std::vector<std::string>> remarkRows_;
};

/// Runs a textual pipeline, our passes and LLVM's, with a PassBuilder bound to
/// `machine`. With `verifyEach` the first pass that leaves broken IR or a
/// malformed operation is named in the error and nothing runs after it.
llvm::Error runPasses(llvm::Module &module, llvm::TargetMachine &machine,
                      llvm::StringRef pipeline, bool verifyEach);

/// How often each whistler.* operation, helper call and other instruction
/// occurs, by name.
std::map<std::string, unsigned> countOperations(llvm::Module &module);

} // namespace whistler::tools

#endif
