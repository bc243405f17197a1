#ifndef WHISTLER_BACKEND_DISASSEMBLER_H
#define WHISTLER_BACKEND_DISASSEMBLER_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

#include <memory>
#include <string>

namespace whistler::backend {

/// BPF instructions as text. One thread at a time.
class Disassembler {
public:
  static llvm::Expected<std::unique_ptr<Disassembler>> create();
  ~Disassembler();

  /// The instruction at the start of `bytes` (8 or 16 of them).
  std::string text(llvm::ArrayRef<uint8_t> bytes) const;

private:
  struct Impl;
  explicit Disassembler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

} // namespace whistler::backend

#endif
