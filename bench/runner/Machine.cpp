// How much of the processor the measurement had. On a machine with other work,
// caches and clock frequency are not the measurement's alone, and its times are
// worth less; the report says so from what is told here.
#include "Machine.h"

#include <chrono>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace whistler::bench {

namespace {

/// The eighth number of a processor's line in /proc/stat, in ticks.
double stolenSeconds(int processor) {
  std::ifstream file("/proc/stat");
  std::string line, wanted = "cpu" + std::to_string(processor) + " ";
  while (std::getline(file, line)) {
    if (line.rfind(wanted, 0) != 0)
      continue;
    std::istringstream fields(line.substr(wanted.size()));
    double ticks = 0;
    for (int field = 0; field < 8; ++field)
      fields >> ticks;
    return ticks / double(sysconf(_SC_CLK_TCK));
  }
  return 0;
}

double seconds(const timeval &time) {
  return double(time.tv_sec) + double(time.tv_usec) * 1e-6;
}

/// All counters, since whenever they began.
Shares now(int processor) {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  Shares shares;
  shares.wall = std::chrono::duration<double>(
                    std::chrono::steady_clock::now().time_since_epoch())
                    .count();
  shares.own = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  shares.stolen = stolenSeconds(processor);
  shares.preempted = usage.ru_nivcsw;
  return shares;
}

} // namespace

int stayOnOneProcessor() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed))
    return -1;
  int last = CPU_SETSIZE - 1;
  while (last >= 0 && !CPU_ISSET(last, &allowed))
    --last;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  return sched_setaffinity(0, sizeof one, &one) ? -1 : last;
}

Shares &Shares::operator+=(const Shares &other) {
  wall += other.wall;
  own += other.own;
  stolen += other.stolen;
  preempted += other.preempted;
  return *this;
}

Watch::Watch(int processor) : processor_(processor), start_(now(processor)) {}

Shares Watch::elapsed() const {
  Shares shares = now(processor_);
  return {shares.wall - start_.wall, shares.own - start_.own,
          shares.stolen - start_.stolen, shares.preempted - start_.preempted};
}

} // namespace whistler::bench
