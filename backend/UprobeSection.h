#ifndef WHISTLER_BACKEND_UPROBESECTION_H
#define WHISTLER_BACKEND_UPROBESECTION_H

#include "Libbpf.h"
#include "whistler/backend/Run.h"

namespace whistler::backend {

/// `uretprobe/usr/lib/x.so:symbol+8` taken apart.
struct UprobeTarget {
  bool isReturn = false;
  std::string path, symbol;
  uint64_t offset = 0;
};

/// Nothing when the section is no such thing.
std::optional<UprobeTarget> parseUprobeSection(llvm::StringRef section);

/// Attaches; calls `finish` with libbpf's answer, or fills in what is wrong
/// with the section.
void attachUprobe(bpf_program *program, int pid, Attachment &result,
                  llvm::function_ref<void(bpf_link *)> finish);

} // namespace whistler::backend

#endif
