#ifndef WHISTLER_BACKEND_RUN_H
#define WHISTLER_BACKEND_RUN_H

#include "whistler/backend/Load.h"

#include <functional>
#include <string_view>

namespace whistler::backend {

/// What a program's section does not say about where it goes.
struct AttachOptions {
  std::string interface; ///< of XDP, tc and socket programs
  std::string cgroup = "/sys/fs/cgroup";
  int pid = -1;            ///< uprobes: of this process only; -1: of all
  unsigned frequency = 49; ///< samples a second of perf_event programs
};

/// What became of one program.
struct Attachment {
  std::string program, section;
  bool attached = false;
  std::string where;   ///< "tracepoint sched/sched_switch"
  std::string problem; ///< why it is not attached
  std::string advice;  ///< what to do about it, or ""
  enum class Fault {
    None,
    Usage,   ///< an option is missing
    Input,   ///< the program asks for what is not there
    Machine, ///< this machine or user lacks something
  } fault = Fault::None;
};

/// A variable in .data, .bss or .rodata.
struct SectionVariable {
  std::string name;
  uint32_t type = 0, offset = 0, bytes = 0;
};

/// The compiler's own map (docs/kernel-reads.md, limits): no one's to look at.
constexpr std::string_view kScratchMap = "whistler_spill";

/// A map of a running object. Types are ids in the object's BTF, 0 for none.
struct RunningMap {
  std::string name;
  uint32_t kind = 0; ///< enum bpf_map_type
  uint32_t keyBytes = 0, valueBytes = 0, maxEntries = 0;
  uint32_t keyType = 0, valueType = 0;
  /// Of a ring or perf buffer: a struct, or a union of the structs that it
  /// carries. It is the element type of the map's `value_size`.
  uint32_t recordType = 0;
  bool isPerCpu = false;
  std::vector<SectionVariable> variables; ///< of .data, .bss, .rodata
};

struct MapEntry {
  std::vector<uint8_t> key;
  std::vector<std::vector<uint8_t>> values; ///< one, or one for each CPU
};

/// A line of bpf_trace_printk.
struct TraceLine {
  std::string task, text;
  int pid = 0;
  unsigned cpu = 0;
  std::string time; ///< seconds since boot, as the kernel prints it
};

/// Gets what programs send. Called from `poll` only; false stops the poll.
struct RunEvents {
  std::function<bool(const RunningMap &, llvm::ArrayRef<uint8_t>)> onRecord;
  std::function<void(const RunningMap &, uint64_t)> onLost; ///< perf buffers
  std::function<bool(const TraceLine &)> onTrace;
  /// What an iterator program wrote. Called from `attach`.
  std::function<void(llvm::StringRef program, llvm::StringRef text)> onOutput;
};

/// An object loaded whole, its programs attached where their sections say,
/// its buffers read. Everything is detached and unloaded when it dies. Not
/// thread-safe.
class RunningObject {
public:
  /// Errors: PermissionError, BackendError.
  static llvm::Expected<std::unique_ptr<RunningObject>>
  load(llvm::ArrayRef<char> object, const LoadOptions &options = {});
  ~RunningObject();

  /// Opens ring and perf buffers and, when a program calls trace-printk, the
  /// kernel's trace. Call before `attach`. What is missing for the trace only
  /// is no error: its text is returned.
  llvm::Expected<std::string> open(RunEvents events);
  /// Attaches every program; those that could not be are told apart.
  std::vector<Attachment> attach(const AttachOptions &options);
  /// Waits for records for at most `milliseconds`; returns early on a signal,
  /// and when `wake` (a file descriptor, -1 for none) can be read.
  llvm::Error poll(int milliseconds, int wake = -1);
  /// Detaches every program. Records sent before stay in the buffers.
  void detach();

  const std::vector<RunningMap> &maps() const;
  /// Entries of a hash, array or queue; at most `limit`. Taking them out of a
  /// queue or stack empties it. Errors: BackendError for kinds without any.
  llvm::Expected<std::vector<MapEntry>> entries(const RunningMap &map,
                                                size_t limit);
  /// The object's own BTF.
  std::vector<uint8_t> btf() const;

  struct Impl; ///< of the implementation's files

private:
  explicit RunningObject(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

} // namespace whistler::backend

#endif
