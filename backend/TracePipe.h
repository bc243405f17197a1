#ifndef WHISTLER_BACKEND_TRACEPIPE_H
#define WHISTLER_BACKEND_TRACEPIPE_H

#include "Libbpf.h"
#include "whistler/backend/Run.h"

namespace whistler::backend {

/// Strings of the object that could be formats of bpf_trace_printk: those in
/// its .rodata, when a program calls that helper; else none. `maps` are those
/// of the object.
std::vector<std::string> traceFormats(bpf_object *object,
                                      llvm::ArrayRef<RunningMap> maps);

/// True when `text` is what a format may have printed.
bool matchesFormat(llvm::StringRef text, llvm::StringRef format);

/// "  task-12  [001] d..31  5.25: bpf_trace_printk: text" taken apart;
/// nothing when it is no such line.
std::optional<TraceLine> parseTraceLine(llvm::StringRef line);

/// The kernel's trace, as far as it comes from the formats given.
class TracePipe {
public:
  /// Null with the reason in `problem`.
  static std::unique_ptr<TracePipe> open(std::vector<std::string> formats,
                                         std::string &problem);
  ~TracePipe();
  int descriptor() const { return descriptor_; }
  /// Hands out what has come; never waits.
  void read(const std::function<bool(const TraceLine &)> &onTrace);

private:
  TracePipe() = default;
  std::vector<std::string> formats_;
  std::string instance_; ///< the trace instance of our own, "" when none
  std::string pending_;  ///< a line that is not complete yet
  int descriptor_ = -1;
};

/// Where tracefs is mounted, or "".
std::string tracefsPath();

} // namespace whistler::backend

#endif
