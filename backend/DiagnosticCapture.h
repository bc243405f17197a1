#ifndef WHISTLER_BACKEND_DIAGNOSTICCAPTURE_H
#define WHISTLER_BACKEND_DIAGNOSTICCAPTURE_H

#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/Error.h>

#include <memory>
#include <string>
#include <vector>

namespace whistler::backend {

/// Collects what LLVM reports on a context while it lives; nothing is printed.
/// Remarks still go to the handler that was there before.
class DiagnosticCapture {
public:
  explicit DiagnosticCapture(llvm::LLVMContext &context);
  ~DiagnosticCapture();
  DiagnosticCapture(const DiagnosticCapture &) = delete;
  DiagnosticCapture &operator=(const DiagnosticCapture &) = delete;

  struct Entry {
    std::string program, what;
    unsigned line = 0;
    bool stack = false; ///< the frame is too large
  };
  /// Errors, in order.
  const std::vector<Entry> &entries() const;

private:
  class Handler;
  llvm::LLVMContext &context_;
  Handler *handler_; ///< owned by the context
};

} // namespace whistler::backend

#endif
