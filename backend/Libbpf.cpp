// Opening objects, and telling "this user may not load programs at all" from
// "the kernel does not want this program". EPERM alone can't tell: some
// machines refuse single program types with it.

#include "Libbpf.h"

#include "whistler/backend/Load.h"
#include "whistler/backend/Target.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstring>
#include <unistd.h>

using namespace llvm;

namespace whistler::backend {

std::string errorText(int number) {
  char buffer[128];
  const char *name = strerrorname_np(number);
  std::string text = strerror_r(number, buffer, sizeof buffer);
  return name ? text + " (" + name + ")" : text;
}

Expected<ObjectHandle> openForLoading(ArrayRef<char> object,
                                      const std::string &btfPath,
                                      const LibbpfMessages &messages) {
  LIBBPF_OPTS(bpf_object_open_opts, options);
  options.object_name = "whistler";
  if (!btfPath.empty())
    options.btf_custom_path = btfPath.c_str();
  bpf_object *handle =
      bpf_object__open_mem(object.data(), object.size(), &options);
  if (handle)
    return ObjectHandle(handle);
  int number = errno;
  std::string reason = messages.reason();
  return make_error<BackendError>(
      "", 0,
      "libbpf can't open the object: " +
          (reason.empty() ? errorText(number) : reason));
}

Error checkPermission() {
  // r0 = 0; exit
  const bpf_insn code[] = {{0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
  int descriptor = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "whistler_probe",
                                 "GPL", code, std::size(code), nullptr);
  if (descriptor >= 0) {
    close(descriptor);
    return Error::success();
  }
  int number = -descriptor;
  return make_error<PermissionError>(
      number == ENOSYS
          ? "this kernel has no bpf() system call"
          : "this user may not load BPF programs: " + errorText(number) +
                "; root or CAP_BPF and CAP_PERFMON are needed");
}

} // namespace whistler::backend
