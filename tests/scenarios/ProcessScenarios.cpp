// Examples that watch processes come and go.

#include "Scenarios.h"
#include "Surroundings.h"
#include "Triggers.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whistler::scenarios {

namespace {

std::string text(const char *bytes, size_t size) {
  return std::string(bytes, strnlen(bytes, size));
}

/// The only record of the process among those of the whole machine.
template <typename T, typename Key>
bool only(Scenario &s, const std::vector<T> &records, Key T::*key,
          int64_t wanted, T &found) {
  unsigned count = 0;
  for (const T &record : records)
    if (int64_t(record.*key) == wanted) {
      found = record;
      ++count;
    }
  s.equal("records of the process", count, 1);
  return count == 1;
}

template <typename Work> pid_t inChild(Work work) {
  pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  return child;
}

/// Pages of this process's address space, without allocating any.
uint64_t totalPages() {
  char line[128] = {};
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (read(fd, line, sizeof line - 1) < 0)
    line[0] = 0;
  close(fd);
  return strtoull(line, nullptr, 10);
}

} // namespace

void execSnoop(Scenario &s) {
  struct Event {
    uint64_t timestamp;
    uint32_t pid, ppid, uid, size;
    char comm[16], arguments[256];
  } event;
  if (!s.attach())
    return;
  pid_t child = executeHarmless("harmless", "--nothing", "second");
  if (!only(s, s.records<Event>("events"), &Event::pid, child, event))
    return;
  std::string program = harmlessProgram();
  s.equal("parent", event.ppid, getpid());
  s.equal("uid", event.uid, getuid());
  s.equal("comm", text(event.comm, 16), program.substr(program.rfind('/') + 1));
  s.equal("bytes of arguments", event.size, 26);
  for (char &c : event.arguments)
    if (c == 0)
      c = ' ';
  s.equal("arguments", std::string(event.arguments, 27),
          "harmless --nothing second  ");
}

void traceExec(Scenario &s) {
  struct Event {
    uint32_t pid, tgid;
    char comm[16];
  } event;
  if (!s.attach())
    return;
  pid_t child = executeHarmless();
  if (!only(s, s.records<Event>("events"), &Event::pid, child, event))
    return;
  s.equal("tgid", event.tgid, child);
  s.equal("comm of the caller", text(event.comm, 16), "scenario");
}

void ancestry(Scenario &s) {
  struct Event {
    uint32_t count;
    char comm[16];
    uint32_t pids[32];
  };
  if (!s.attach())
    return;
  pid_t child = executeHarmless();
  unsigned found = 0;
  for (const Event &event : s.records<Event>("events")) {
    if (event.pids[0] != uint32_t(child))
      continue;
    ++found;
    s.equal("parent", event.pids[1], getpid());
    s.equal("grandparent", event.pids[2], getppid());
    s.check("the chain ends with the first process",
            event.count >= 3 && event.count <= 32 &&
                (event.count == 32 || event.pids[event.count - 1] <= 1));
    for (uint32_t i = event.count; i < 32; ++i)
      s.equal("behind the end", event.pids[i], 0);
  }
  s.equal("records of the process", found, 1);
}

void exitStats(Scenario &s) {
  struct Event {
    uint64_t lifetime, userTime, systemTime, peakPages, minorFaults,
        majorFaults, waits, preemptions;
    uint32_t pid, status;
    char comm[16];
  } event;
  if (!s.attach())
    return;
  pid_t child = inChild([] {
    usleep(20'000);
    _exit(7);
  });
  waitpid(child, nullptr, 0);
  if (!only(s, s.records<Event>("events"), &Event::pid, child, event))
    return;
  s.equal("exit status", event.status, 7 << 8);
  s.equal("comm", text(event.comm, 16), "scenario");
  s.check("it lived for 20 ms at least", event.lifetime >= 20'000'000);
  s.check("it had memory", event.peakPages > 10);
  s.check("it waited at least once", event.waits >= 1);
  s.check("its pages came by faults", event.minorFaults >= 1);
}

void forkSnoop(Scenario &s) {
  struct Event {
    uint32_t parent, child, thread;
    char comm[16];
  } event;
  if (!s.attach())
    return;
  pid_t child = inChild([] {});
  waitpid(child, nullptr, 0);
  if (!only(s, s.records<Event>("events"), &Event::child, child, event))
    return;
  s.equal("parent", event.parent, getpid());
  s.equal("thread", event.thread, child);
  s.equal("comm", text(event.comm, 16), "scenario");
}

void signalSnoop(Scenario &s) {
  struct Event {
    int32_t signal, code, result;
    uint32_t to, toThread, from;
    char toComm[16], fromComm[16];
  } event;
  if (!s.attach())
    return;
  pid_t child = inChild([] { pause(); });
  kill(child, SIGUSR2);
  waitpid(child, nullptr, 0);
  if (!only(s, s.records<Event>("events"), &Event::to, child, event))
    return;
  s.equal("signal", event.signal, SIGUSR2);
  s.equal("code", event.code, SI_USER);
  s.equal("result", event.result, 0);
  s.equal("thread", event.toThread, child);
  s.equal("sender", event.from, getpid());
  s.equal("comm of the receiver", text(event.toComm, 16), "scenario");
  s.equal("comm of the sender", text(event.fromComm, 16), "scenario");
}

void mmCounters(Scenario &s) {
  struct Event {
    uint64_t total, most, resident, locked, data, code, stack;
    uint32_t pid;
    char comm[16];
    uint32_t padding;
  } event;
  int ends[2];
  if (!s.attach() || pipe(ends))
    return;
  pid_t child = inChild([&] {
    uint64_t pages = totalPages();
    if (write(ends[1], &pages, sizeof pages) < 0)
      _exit(1);
  });
  uint64_t pages = 0;
  if (read(ends[0], &pages, sizeof pages) < 0)
    s.fail("the child says nothing");
  waitpid(child, nullptr, 0);
  if (!only(s, s.records<Event>("events"), &Event::pid, child, event))
    return;
  s.equal("pages of the address space", event.total, pages);
  s.equal("comm", text(event.comm, 16), "scenario");
  s.check("there is code", event.code > 0 && event.code < pages);
  s.check("there is a stack", event.stack > 0 && event.stack < pages);
  s.equal("locked pages", event.locked, 0);
}

void oomKill(Scenario &s) {
  struct Event {
    uint64_t totalPages, victimPages;
    int64_t badness;
    int32_t order;
    uint32_t victim, pid;
    char victimComm[16], comm[16];
    uint32_t padding;
  } event;
  constexpr size_t kLimit = 16 << 20;
  if (!s.attach())
    return;
  TemporaryCgroup group;
  if (!group.problem().empty())
    return s.skip(group.problem());
  if (!group.control("memory.max", std::to_string(kLimit)))
    return s.skip("the v2 hierarchy has no memory controller");
  pid_t child = inChild([&] {
    group.join();
    for (size_t size = 0; size < 4 * kLimit; size += 4096)
      *static_cast<volatile char *>(malloc(4096)) = 1;
  });
  int status = 0;
  waitpid(child, &status, 0);
  s.check("the child was killed",
          WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  if (!only(s, s.records<Event>("events"), &Event::victim, child, event))
    return;
  s.equal("pages allowed", event.totalPages, kLimit / 4096);
  s.check("pages of the victim", event.victimPages > kLimit / 4096);
  s.equal("order", event.order, 0);
  s.equal("who asked", event.pid, child);
  s.equal("comm of the victim", text(event.victimComm, 16), "scenario");
}

} // namespace whistler::scenarios
