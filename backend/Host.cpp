// What this machine and its libraries are.

#include "whistler/backend/Host.h"

#include <bpf/libbpf.h>

namespace whistler::backend {

std::string libbpfVersion() {
  std::string version = libbpf_version_string(); // "v1.1"
  return version.substr(version.starts_with("v") ? 1 : 0);
}

} // namespace whistler::backend
