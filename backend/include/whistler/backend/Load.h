#ifndef WHISTLER_BACKEND_LOAD_H
#define WHISTLER_BACKEND_LOAD_H

#include "whistler/backend/Inspect.h"

#include <chrono>
#include <memory>
#include <optional>

namespace whistler::backend {

/// The kernel's answer for one program.
struct ProgramVerdict {
  std::string name, section;
  bool accepted = false;
  int errorNumber = 0;          ///< errno of the load when rejected
  std::string reason;           ///< the verifier's last word, one line
  std::optional<SourceLine> at; ///< where, when the log says
  std::string log;              ///< the whole verifier log
  unsigned objectInstructions = 0;
  unsigned loadedInstructions = 0; ///< after the verifier (xlated)
  unsigned jitedBytes = 0;
  unsigned verifiedInstructions = 0, peakStates = 0, totalStates = 0;
  unsigned verifierMicroseconds = 0;
  unsigned stackBytes = 0; ///< as the verifier counts, all frames
  std::map<uint32_t, unsigned> helperCalls; ///< in the xlated program
};

struct LoadOptions {
  bool keepLog = false; ///< fill `log` for accepted programs too
  std::string btfPath;  ///< custom BTF for CO-RE, "" for the running kernel
  std::string program;  ///< only this one; "" for all of them
};

/// Loads each program of the object on its own (its maps with it), reports,
/// and unloads. An `Error` is for the world (not ELF, no permission:
/// PermissionError), a rejection is a verdict. No output to stderr.
llvm::Expected<std::vector<ProgramVerdict>>
loadPrograms(llvm::ArrayRef<char> object, const LoadOptions &options = {});

/// This user may not load programs on this machine.
class PermissionError : public llvm::ErrorInfo<PermissionError> {
public:
  static char ID;
  explicit PermissionError(std::string what) : what_(std::move(what)) {}
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string what_;
};

/// An object kept loaded, to be run with BPF_PROG_TEST_RUN.
class LoadedObject {
public:
  static llvm::Expected<std::unique_ptr<LoadedObject>>
  load(llvm::ArrayRef<char> object);
  ~LoadedObject();

  struct RunOptions {
    std::vector<uint8_t> data = std::vector<uint8_t>(64, 0); ///< packet
    std::vector<uint8_t> context; ///< syscall / raw_tp context; often empty
    uint32_t repeat = 1;
  };
  struct RunResult {
    uint32_t value = 0;                 ///< the program's result
    std::chrono::nanoseconds perRun{0}; ///< kernel's average over `repeat`
    std::vector<uint8_t> data;          ///< the packet after the run
  };
  llvm::Expected<RunResult> run(llvm::StringRef program,
                                const RunOptions &options);
  /// Value bytes of a key, or nothing when absent.
  llvm::Expected<std::optional<std::vector<uint8_t>>>
  lookup(llvm::StringRef map, llvm::ArrayRef<uint8_t> key);
  llvm::Error update(llvm::StringRef map, llvm::ArrayRef<uint8_t> key,
                     llvm::ArrayRef<uint8_t> value);
  /// Takes all records out of a ring buffer.
  llvm::Expected<std::vector<std::vector<uint8_t>>> drain(llvm::StringRef map);

private:
  struct Impl;
  explicit LoadedObject(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

} // namespace whistler::backend

#endif
