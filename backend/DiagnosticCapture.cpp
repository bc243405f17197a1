// LLVM reports what the BPF target can't do through the context's diagnostic
// handler, and prints it to stderr when nobody listens. This handler keeps
// errors as data. A stack that is too large comes as an "unsupported"
// diagnostic of the frame lowering, one for each access of the frame; a limit
// given by an attribute comes as a warning with a size. Both are errors here:
// the verifier will refuse the program.

#include "DiagnosticCapture.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Function.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace whistler::backend {

class DiagnosticCapture::Handler : public DiagnosticHandler {
public:
  explicit Handler(std::unique_ptr<DiagnosticHandler> before)
      : before(std::move(before)) {}

  bool handleDiagnostics(const DiagnosticInfo &info) override {
    bool stackSize = isa<DiagnosticInfoStackSize>(info);
    if (info.getSeverity() == DS_Error || stackSize)
      entries.push_back(describe(info, stackSize));
    else if (before && before->handleDiagnostics(info))
      return true;
    return info.getSeverity() != DS_Remark;
  }
  bool isAnalysisRemarkEnabled(StringRef pass) const override {
    return before && before->isAnalysisRemarkEnabled(pass);
  }
  bool isMissedOptRemarkEnabled(StringRef pass) const override {
    return before && before->isMissedOptRemarkEnabled(pass);
  }
  bool isPassedOptRemarkEnabled(StringRef pass) const override {
    return before && before->isPassedOptRemarkEnabled(pass);
  }
  bool isAnyRemarkEnabled() const override {
    return before && before->isAnyRemarkEnabled();
  }

  std::unique_ptr<DiagnosticHandler> before;
  std::vector<Entry> entries;

private:
  static std::string text(const DiagnosticInfo &info) {
    std::string result;
    raw_string_ostream os(result);
    if (auto *unsupported = dyn_cast<DiagnosticInfoUnsupported>(&info)) {
      os << unsupported->getMessage();
    } else {
      DiagnosticPrinterRawOStream printer(os);
      info.print(printer);
    }
    return StringRef(result).trim().str();
  }

  static Entry describe(const DiagnosticInfo &info, bool stackSize) {
    Entry entry;
    if (auto *unsupported = dyn_cast<DiagnosticInfoUnsupported>(&info)) {
      entry.program = unsupported->getFunction().getName().str();
      entry.line = unsupported->getLocation().getLine();
    } else if (auto *limit = dyn_cast<DiagnosticInfoResourceLimit>(&info)) {
      entry.program = limit->getFunction().getName().str();
      entry.line = limit->getLocation().getLine();
    }
    entry.what = text(info);
    entry.stack =
        stackSize || StringRef(entry.what).contains("BPF stack limit");
    return entry;
  }
};

DiagnosticCapture::DiagnosticCapture(LLVMContext &context) : context_(context) {
  auto handler = std::make_unique<Handler>(context.getDiagnosticHandler());
  handler_ = handler.get();
  context.setDiagnosticHandler(std::move(handler));
}

DiagnosticCapture::~DiagnosticCapture() {
  context_.setDiagnosticHandler(std::move(handler_->before));
}

const std::vector<DiagnosticCapture::Entry> &
DiagnosticCapture::entries() const {
  return handler_->entries;
}

} // namespace whistler::backend
