#ifndef WHISTLER_BACKEND_LIVECODE_H
#define WHISTLER_BACKEND_LIVECODE_H

#include "whistler/backend/Inspect.h"

#include <llvm/ADT/STLFunctionalExtras.h>

#include <optional>

namespace whistler::backend {

/// What stays of a program when the verifier has removed what no path reaches.
struct LiveCode {
  /// For each entry of ProgramInfo::listing the 8-byte slots that stay of it.
  std::vector<unsigned> slots;
  unsigned instructions = 0; ///< their sum
  unsigned stackBytes = 0;   ///< deepest frame-pointer offset in them
};

/// Follows the constants that a loader writes into `program`. `valueOf` gives
/// the value at a relocation by its name in the listing; nothing: as it is in
/// the object, which is that of the build host. What the verifier puts in for
/// calls and for accesses of the context is not known here.
LiveCode
liveCode(const ProgramInfo &program,
         llvm::function_ref<std::optional<uint64_t>(llvm::StringRef)> valueOf);

} // namespace whistler::backend

#endif
