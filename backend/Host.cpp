// What this machine can do, a row for each thing, found by trying it: a kernel
// that has a feature may still refuse it to this user.

#include "whistler/backend/Host.h"

#include "Libbpf.h"
#include "TracePipe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#include <llvm/Support/MemoryBuffer.h>

#include <cerrno>
#include <cstring>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

using namespace llvm;

namespace whistler::backend {

namespace {

struct Finding {
  bool isPresent = false;
  std::string found;
};

std::string readFile(const char *path) {
  auto buffer = MemoryBuffer::getFileAsStream(path);
  return buffer ? (*buffer)->getBuffer().rtrim().str() : std::string();
}

Finding kernel() {
  utsname names = {};
  uname(&names);
  unsigned major = 0, minor = 0;
  bool isRight = std::sscanf(names.release, "%u.%u", &major, &minor) == 2 &&
                 (major > 5 || (major == 5 && minor >= 10));
  return {isRight, std::string(names.release) + ", " + names.machine};
}

Finding permission() {
  Error error = checkPermission();
  if (!error)
    return {true, "this user may load programs"};
  return {false, toString(std::move(error))};
}

Finding kernelBtf() {
  std::string path = "/sys/kernel/btf/vmlinux";
  if (::access(path.c_str(), R_OK) == 0)
    return {true, path};
  path += ": ";
  return {false, path += errorText(errno)};
}

Finding jit() {
  std::string value = readFile("/proc/sys/net/core/bpf_jit_enable");
  if (value.empty())
    return {true, "always on"};
  return {value != "0", "net.core.bpf_jit_enable is " + value};
}

Finding tracefs() {
  std::string path = tracefsPath();
  return {!path.empty(), path.empty() ? "not mounted" : path};
}

Finding bpffs() {
  struct statfs info = {};
  bool isMounted = ::statfs("/sys/fs/bpf", &info) == 0 &&
                   uint32_t(info.f_type) == 0xcafe4a11;
  return {isMounted, isMounted ? "/sys/fs/bpf" : "not mounted"};
}

Finding mapType(bpf_map_type type) {
  LibbpfMessages quiet;
  int answer = libbpf_probe_bpf_map_type(type, nullptr);
  return {answer == 1, answer == 1  ? "a map can be made"
                       : answer < 0 ? errorText(-answer)
                                    : "this kernel has no such map"};
}

Finding ringBuffer() { return mapType(BPF_MAP_TYPE_RINGBUF); }
Finding taskStorage() { return mapType(BPF_MAP_TYPE_TASK_STORAGE); }

Finding helper(bpf_prog_type type, bpf_func_id id) {
  LibbpfMessages quiet;
  int answer = libbpf_probe_bpf_helper(type, id, nullptr);
  return {answer == 1, answer == 1  ? "programs may call it"
                       : answer < 0 ? errorText(-answer)
                                    : "this kernel has no such helper"};
}

Finding readHelper() {
  return helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_probe_read_kernel);
}

Finding trustedTask() {
  return helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_get_current_task_btf);
}

Finding rdonlyCast() {
  LibbpfMessages quiet;
  btf *types = btf__load_vmlinux_btf();
  bool isThere = types && btf__find_by_name_kind(types, "bpf_rdonly_cast",
                                                 BTF_KIND_FUNC) > 0;
  btf__free(types);
  return {isThere, isThere ? "direct loads of any kernel struct"
                           : "this kernel has no such function"};
}

Finding rawTracepoint() {
  LibbpfMessages quiet;
  int answer =
      libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_RAW_TRACEPOINT, nullptr);
  return {answer == 1, answer == 1 ? "programs can be loaded and attached"
                                   : "programs can't be loaded"};
}

Finding tracepoint() {
  std::string path = tracefsPath();
  bool isThere =
      !path.empty() &&
      ::access((path + "/events/sched/sched_switch/id").c_str(), R_OK) == 0;
  return {isThere, isThere ? "events under " + path : "no events to be seen"};
}

Finding probe(const char *device, const char *file) {
  std::string type =
      std::string("/sys/bus/event_source/devices/") + device + "/type";
  bool isThere = ::access(type.c_str(), R_OK) == 0 ||
                 (!tracefsPath().empty() &&
                  ::access((tracefsPath() + "/" + file).c_str(), W_OK) == 0);
  return {isThere, isThere ? "programs can be attached"
                           : "this kernel has none to attach to"};
}

Finding kprobe() { return probe("kprobe", "kprobe_events"); }
Finding uprobe() { return probe("uprobe", "uprobe_events"); }

/// Loads `r0 = 0; exit` for a kernel function that exists for such tests.
Finding fentry() {
  LibbpfMessages quiet;
  int id = libbpf_find_vmlinux_btf_id("bpf_fentry_test1", BPF_TRACE_FENTRY);
  if (id <= 0)
    return {false, "no function to try it on"};
  const bpf_insn code[] = {{0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
  LIBBPF_OPTS(bpf_prog_load_opts, options,
              .expected_attach_type = BPF_TRACE_FENTRY,
              .attach_btf_id = uint32_t(id));
  int descriptor = bpf_prog_load(BPF_PROG_TYPE_TRACING, "whistler_probe", "GPL",
                                 code, std::size(code), &options);
  if (descriptor < 0)
    return {false, "programs can't be loaded: " + errorText(-descriptor)};
  ::close(descriptor);
  return {true, "programs can be loaded"};
}

Finding lsm() {
  std::string modules = readFile("/sys/kernel/security/lsm");
  bool isThere = StringRef(modules).contains("bpf");
  return {isThere, isThere ? modules : "`bpf` is not among the active modules"};
}

struct Row {
  const char *name;
  bool isNeeded;
  Finding (*examine)();
  const char *advice;
};

constexpr Row kRows[] = {
    {"kernel", true, kernel, "Linux 5.10 or newer"},
    {"permission", true, permission,
     "run as root, or give the user CAP_BPF and CAP_PERFMON"},
    {"kernel BTF", true, kernelBtf,
     "a kernel with CONFIG_DEBUG_INFO_BTF; to compile only, --btf FILE"},
    {"JIT", false, jit, "sysctl net.core.bpf_jit_enable=1"},
    {"tracefs", false, tracefs, "mount -t tracefs tracefs /sys/kernel/tracing"},
    {"bpffs", false, bpffs, "mount -t bpf bpf /sys/fs/bpf (to pin maps)"},
    {"ring buffer", false, ringBuffer,
     "Linux 5.8; use :perf-event-array instead"},
    {"task storage", false, taskStorage, "Linux 5.11; use :hash instead"},
    {"tracepoint", false, tracepoint,
     "mount tracefs; or use :raw-tracepoint programs"},
    {"raw tracepoint", false, rawTracepoint, "Linux 4.17, and permission"},
    {"kprobe", false, kprobe,
     "a kernel with CONFIG_KPROBE_EVENTS; or use a tracepoint"},
    {"uprobe", false, uprobe, "a kernel with CONFIG_UPROBE_EVENTS"},
    {"fentry", false, fentry,
     "a kernel with CONFIG_FUNCTION_TRACER and direct calls; or use :kprobe"},
    {"lsm", false, lsm, "boot with lsm=...,bpf"},
    {"reads: helper", false, readHelper,
     "Linux 5.5: bpf_probe_read_kernel is behind every kernel read"},
    {"reads: trusted task", false, trustedTask,
     "Linux 5.11; without it, reads of the current task go by the helper"},
    {"reads: rdonly cast", false, rdonlyCast,
     "Linux 6.2; without it, --kernel-reads=portable uses fused reads"},
};

} // namespace

std::string libbpfVersion() {
  std::string version = libbpf_version_string(); // "v1.1"
  return version.substr(version.starts_with("v") ? 1 : 0);
}

std::vector<HostFact> examineHost() {
  std::vector<HostFact> facts;
  for (const Row &row : kRows) {
    Finding finding = row.examine();
    facts.push_back({row.name, finding.isPresent, row.isNeeded,
                     std::move(finding.found),
                     finding.isPresent ? "" : row.advice});
  }
  return facts;
}

} // namespace whistler::backend
