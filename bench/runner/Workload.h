#ifndef WHISTLER_BENCH_WORKLOAD_H
#define WHISTLER_BENCH_WORKLOAD_H

#include <llvm/Support/Error.h>

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace whistler::bench {

/// Kernel objects for probes to look at, all of this process: an open file, a
/// TCP connection to itself with a packet unread, a stopped child. They live
/// as long as the workload.
class Workload {
public:
  Workload();
  ~Workload();
  Workload(const Workload &) = delete;
  Workload &operator=(const Workload &) = delete;

  /// The objects' addresses, by the indices of bench/probes/c/twin.h; 0 for
  /// what this machine doesn't have. `finder` is the object that
  /// bench/runner/bases.bpf.c compiles to.
  llvm::Expected<std::vector<uint64_t>> find(const std::string &finder) const;

private:
  void connect();

  int file_ = -1, listener_ = -1, client_ = -1, receiver_ = -1;
  pid_t child_ = -1;
};

} // namespace whistler::bench

#endif
