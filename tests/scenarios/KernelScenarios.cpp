// Examples that watch system calls, the scheduler, stacks and user space.

#include "Scenarios.h"

#include <bpf/bpf.h>
#include <linux/perf_event.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <netdb.h>
#include <sstream>
#include <sys/syscall.h>
#include <unistd.h>

namespace whistler::scenarios {

void syscallCount(Scenario &s) {
  constexpr uint32_t kCall = SYS_sched_get_priority_max; // hardly ever used
  if (!s.attach())
    return;
  uint64_t before = s.sums("calls", kCall)[0];
  for (int i = 0; i < 500; ++i)
    syscall(kCall, 0);
  uint64_t calls = s.sums("calls", kCall)[0] - before;
  s.check("500 calls, and few by others", calls >= 500 && calls < 600);
}

void syscallErrors(Scenario &s) {
  struct Failure {
    uint32_t call, error;
    char comm[16];
  };
  if (!s.attach())
    return;
  for (int i = 0; i < 3; ++i)
    syscall(SYS_close, -7);
  Failure bad = {SYS_close, EBADF, "scenario"};
  s.equal("failures of close", s.value<uint64_t>("failures", bad), 3);
  Failure good = {SYS_getppid, 0, "scenario"};
  s.check("what succeeds is not counted", !s.has("failures", good));
}

void runqLatency(Scenario &s) {
  if (!s.attach())
    return;
  for (int i = 0; i < 50; ++i)
    usleep(500);
  uint64_t waits = 0;
  for (const auto &[slot, count] : s.entries<uint32_t, uint64_t>("latency"))
    waits += count;
  s.check("sleeps end in waits for the CPU", waits >= 40);
}

namespace {

int openClock() {
  perf_event_attr attribute = {};
  attribute.size = sizeof attribute;
  attribute.type = PERF_TYPE_SOFTWARE;
  attribute.config = PERF_COUNT_SW_CPU_CLOCK;
  attribute.sample_period = 1'000'000; // ns
  return int(syscall(SYS_perf_event_open, &attribute, 0, -1, -1,
                     PERF_FLAG_FD_CLOEXEC));
}

void spin(std::chrono::milliseconds time) {
  auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end)
    ;
}

} // namespace

void profiler(Scenario &s) {
  struct Sample {
    uint32_t pid;
    int32_t kernelStack, userStack;
    char comm[16];
    bool operator<(const Sample &other) const {
      return memcmp(this, &other, sizeof other) < 0;
    }
  };
  bpf_program *program = s.program("profiler");
  int clock = openClock();
  if (!program || clock < 0)
    return s.skip(std::string("no clock to sample by: ") + strerror(errno));
  if (!s.keep("perf_event", bpf_program__attach_perf_event(program, clock)))
    return;
  spin(std::chrono::milliseconds(200));
  s.detach();
  uint64_t mine = 0, withStack = 0;
  for (const auto &[sample, count] : s.entries<Sample, uint64_t>("samples"))
    if (sample.pid == uint32_t(getpid())) {
      mine += count;
      withStack += sample.userStack >= 0;
      s.equal("comm", std::string(sample.comm), "scenario");
      uint64_t frames[127] = {};
      if (sample.userStack >= 0 &&
          bpf_map_lookup_elem(s.mapFd("stacks"), &sample.userStack, frames))
        s.fail("a stack that was counted isn't there");
    }
  s.check("this process spent the time", mine >= 5);
  s.check("its stacks are known", withStack >= 1);
}

/// Stands for the C library's function: same arguments, in this program.
[[gnu::noinline, gnu::used]] static int
lookUp(const char *node, const char *service, const addrinfo *hints) {
  asm volatile("" : : "r"(node), "r"(service), "r"(hints) : "memory");
  return 0;
}

/// Where in the program's file an address of its code is.
static size_t fileOffset(const void *code) {
  auto wanted = reinterpret_cast<uintptr_t>(code);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  size_t result = 0;
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long start, end, offset;
    if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
        wanted >= start && wanted < end)
      result = wanted - start + offset;
  }
  if (maps)
    fclose(maps);
  return result;
}

void taskIterator(Scenario &s) {
  bpf_program *program = s.program("task_iter");
  bpf_link *link = program ? bpf_program__attach(program) : nullptr;
  if (!s.keep("iterator", link))
    return;
  int output = bpf_iter_create(bpf_link__fd(link));
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(output, buffer, sizeof buffer)) > 0;)
    text.append(buffer, size_t(count));
  close(output);
  std::istringstream lines(text);
  std::string line, last;
  std::getline(lines, line);
  s.equal("heading", line, "    tgid      pid   parent k comm");
  unsigned threads = 0, own = 0;
  for (; std::getline(lines, line); last = line) {
    int tgid = 0, pid = 0, parent = 0, isKernel = 0;
    char comm[32] = {};
    if (sscanf(line.c_str(), "%d %d %d %d %31[^\n]", &tgid, &pid, &parent,
               &isKernel, comm) != 5)
      continue;
    ++threads;
    if (pid != getpid())
      continue;
    ++own;
    s.equal("tgid", tgid, getpid());
    s.equal("parent", parent, getppid());
    s.equal("a process", isKernel, 0);
    s.equal("comm", std::string(comm), "scenario");
  }
  s.equal("lines of this process", own, 1);
  s.equal("last line", last, std::to_string(threads) + " threads");
}

void getaddrinfoProbe(Scenario &s) {
  struct Event {
    uint32_t pid;
    int32_t flags, family, type, protocol;
    char comm[16], service[16], node[128];
  };
  bpf_program *program = s.program("getaddrinfo");
  size_t offset = fileOffset(reinterpret_cast<const void *>(&lookUp));
  if (!program ||
      !s.keep("uprobe", bpf_program__attach_uprobe(program, false, getpid(),
                                                   "/proc/self/exe", offset)))
    return;
  addrinfo hints = {};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_family = AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  lookUp("host.example", "https", &hints);
  lookUp("other.example", nullptr, nullptr);
  auto events = s.records<Event>("events");
  s.equal("records", events.size(), 2);
  if (events.size() != 2)
    return;
  s.equal("node", std::string(events[0].node), "host.example");
  s.equal("service", std::string(events[0].service), "https");
  s.equal("flags", events[0].flags, AI_CANONNAME);
  s.equal("family", events[0].family, AF_INET6);
  s.equal("type", events[0].type, SOCK_STREAM);
  s.equal("pid", events[0].pid, getpid());
  s.equal("second node", std::string(events[1].node), "other.example");
  s.equal("no hints", events[1].family | events[1].flags, 0);
  s.equal("no service", events[1].service[0], 0);
}

} // namespace whistler::scenarios
