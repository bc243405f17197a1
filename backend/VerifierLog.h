#ifndef WHISTLER_BACKEND_VERIFIERLOG_H
#define WHISTLER_BACKEND_VERIFIERLOG_H

#include "whistler/backend/Inspect.h"

#include <llvm/ADT/StringRef.h>

#include <optional>

namespace whistler::backend {

/// What a verifier log says, of any kernel from 5.10 on.
struct VerifierLog {
  std::string reason; ///< one line, "" when the log has none
  /// The instruction that the reason is about, counted from the program's
  /// start.
  std::optional<unsigned> instruction;
  /// From the last "; text @ file:line" before the reason.
  std::optional<SourceLine> comment;
  unsigned verifiedInstructions = 0, peakStates = 0, totalStates = 0;
  unsigned microseconds = 0;
  unsigned stackBytes = 0; ///< of all frames
};

VerifierLog readVerifierLog(llvm::StringRef log);

/// "the running kernel has no field `task_struct.nope`", when the reason is
/// that libbpf found no target for a relocation; else the reason as it is.
/// `program` may be null.
std::string explainReason(const VerifierLog &log, const ProgramInfo *program);

/// The source place of the reason: by instruction in the object's own line
/// table, else what the log's comment says.
std::optional<SourceLine> sourceOf(const VerifierLog &log,
                                   const ProgramInfo &program);

} // namespace whistler::backend

#endif
