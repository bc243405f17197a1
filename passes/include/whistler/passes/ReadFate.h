#ifndef WHISTLER_PASSES_READFATE_H
#define WHISTLER_PASSES_READFATE_H

#include "whistler/passes/CostModel.h"

#include <llvm/ADT/StringRef.h>

#include <cstdint>
#include <optional>
#include <string>

namespace llvm {
class DiagnosticInfoOptimizationBase;
}

namespace whistler::passes {

/// What a way of reading takes, in the units of the cost table.
struct ReadCost {
  uint64_t calls = 0; ///< of bpf_probe_read_kernel
  uint64_t bytes = 0; ///< that the call reads
  uint64_t loads = 0; ///< direct loads
  uint64_t ids = 0;   ///< calls of bpf_get_current_pid_tgid
  uint64_t instructions = 0;
  uint64_t stackBytes = 0; ///< of its buffer, which others may have before
                           ///< and after

  /// Picoseconds each time that it is done, by the model.
  uint64_t picoseconds(const CostModel &costs) const;
};

/// What became of one kernel read as it is written, in one version of its
/// function. Passes tell it as an optimization remark `ReadFate`.
struct ReadFate {
  std::string function; ///< without its version
  std::string version;  ///< "direct", "task", "helper"; "" of all
  std::string kernels;  ///< that take the version: "6.2+", "older"; ""
  unsigned line = 0, column = 0;
  unsigned number = 0; ///< of the read in its function
  std::string path;    ///< "task->mm->exe_file"
  /// "direct", "window", "single", "in-place", "ids", "merged" or "none".
  std::string way;
  std::string text; ///< in words, with the reason of what was refused
  ReadCost naive;   ///< as it is written: a helper call of its own
  ReadCost cost;
};

/// The fate that a remark tells; nothing for any other remark.
std::optional<ReadFate>
readFate(const llvm::DiagnosticInfoOptimizationBase &remark);

/// Fates are told only where the context's diagnostic handler has passed
/// remarks of this pass enabled.
constexpr llvm::StringLiteral kReadFatesPass = "whistler-name-reads";

/// Whether kernels that take `version` have the enumerator that stands for a
/// version's needs; nothing for any other enumerator.
std::optional<bool> versionHas(llvm::StringRef version,
                               llvm::StringRef enumerator);

} // namespace whistler::passes

#endif
