#ifndef WHISTLER_BENCH_MACHINE_H
#define WHISTLER_BENCH_MACHINE_H

#include <cstdint>

namespace whistler::bench {

/// Keeps this thread on one processor, the last one that it may use: it stays
/// where its caches are, and what else runs there can be told. -1 when the
/// kernel refuses.
int stayOnOneProcessor();

/// What a processor did between two moments, in seconds.
struct Shares {
  double wall = 0;
  double own = 0;        ///< of this process
  double stolen = 0;     ///< by the hypervisor, while something wanted to run
  int64_t preempted = 0; ///< times that this process had to make way

  Shares &operator+=(const Shares &other);
};

/// The time since it was made.
class Watch {
public:
  explicit Watch(int processor);
  Shares elapsed() const;

private:
  int processor_;
  Shares start_;
};

} // namespace whistler::bench

#endif
