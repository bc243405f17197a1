#ifndef WHISTLER_BACKEND_TARGET_H
#define WHISTLER_BACKEND_TARGET_H

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/Error.h>
#include <llvm/Target/TargetMachine.h>

#include <functional>
#include <memory>
#include <string_view>

namespace whistler::backend {

enum class Cpu { V1, V2, V3, V4 };

struct TargetOptions {
  Cpu cpu = Cpu::V3;
  bool optimize =
      true; ///< false: LLVM's O0 pipeline plus SROA; code generation as ever
  bool verifyEach = false;
};

/// A BPF target machine (little endian); the caller owns it. Initialises
/// LLVM's BPF target once per process, thread-safe.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const TargetOptions &options);

/// Sets triple and data layout; call before any pass runs over `module`.
void prepareModule(llvm::Module &module, const llvm::TargetMachine &machine);

/// The metadata kind of loads through a pointer whose kind the verifier binds
/// to the load instruction (kernel records, the context): `optimize` and `emit`
/// never merge such a load with one through another pointer.
constexpr std::string_view kPinnedLoad = "whistler.pinned";

/// Runs `early` (may be empty) over the module and then LLVM's pipeline for
/// the target, all with one PassBuilder bound to `machine`. `registerPasses`
/// is called on that PassBuilder first.
/// Errors: BackendError when `early` left something that would abort LLVM.
llvm::Error
optimize(llvm::Module &module, llvm::TargetMachine &machine,
         const TargetOptions &options,
         llvm::function_ref<void(llvm::PassBuilder &)> registerPasses,
         llvm::function_ref<void(llvm::ModulePassManager &)> addEarlyPasses);

enum class Output { Object, Assembly };

/// Code generation. Consumes the module's state (run once per module).
/// Errors: BackendError for what LLVM would abort on (checked before) or
/// reports.
llvm::Expected<llvm::SmallVector<char, 0>>
emit(llvm::Module &module, llvm::TargetMachine &machine, Output output);

/// Checks for malformed CO-RE metadata, member offsets above 32767, functions
/// too large for a 16-bit jump, stack objects over 512 bytes: everything that
/// LLVM's BPF target answers with an abort or a silent truncation.
llvm::Error checkModule(const llvm::Module &module);

/// Writes the file whole or not at all (temporary file and rename).
llvm::Error writeFile(const std::string &path, llvm::ArrayRef<char> bytes);

/// What the backend refuses, in words for the user.
class BackendError : public llvm::ErrorInfo<BackendError> {
public:
  static char ID;
  /// `program` is the function concerned, "" for the module; `line` 0 when
  /// unknown.
  BackendError(std::string program, unsigned line, std::string what);
  const std::string &program() const { return program_; }
  unsigned line() const { return line_; }
  const std::string &what() const { return what_; }
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string program_;
  unsigned line_;
  std::string what_;
};

} // namespace whistler::backend

#endif
