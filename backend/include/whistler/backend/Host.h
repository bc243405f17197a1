#ifndef WHISTLER_BACKEND_HOST_H
#define WHISTLER_BACKEND_HOST_H

#include <string>
#include <vector>

namespace whistler::backend {

/// Of the libbpf that is linked, "1.1".
std::string libbpfVersion();

/// One thing that this machine has or lacks.
struct HostFact {
  std::string name; ///< "kernel BTF"
  bool isPresent = false;
  bool isNeeded = false; ///< without it programs can't be loaded here at all
  std::string found;     ///< what was seen, or what it is good for
  std::string advice;    ///< what to do when it is missing
};

/// What loading, attaching and fast kernel reads need, found by trying it:
/// small programs are loaded and closed again, nothing is attached.
std::vector<HostFact> examineHost();

} // namespace whistler::backend

#endif
