// The loader of the kernel matrix: one static program that is /init in a
// guest and an ordinary command on the host. It loads every program of the
// object files alone, runs what the kernel runs on request, attaches what can
// be attached, and prints one JSON line per program.
//
// Files named <name>.<mode>.bpf.o are one program compiled in several modes.
// All modes are loaded first and then run back to back, between two ticks of
// the timer, since values such as times drift; when they differ from the
// reference mode's, the round is repeated up to five times before it is called
// a mismatch.

#include "JsonLine.h"
#include "ProgramFire.h"
#include "ProgramLoad.h"
#include "ProgramRun.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <map>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace whistler::matrix;

namespace {

constexpr int kRounds = 5;
constexpr const char *kJobFolder = "/job";
constexpr const char *kReferenceMode = "naive";

struct ObjectFile {
  std::string path, name, mode;
};

ObjectFile classify(const std::string &path) {
  std::string stem = std::filesystem::path(path).filename();
  for (const char *suffix : {".o", ".bpf"})
    if (stem.ends_with(suffix))
      stem.resize(stem.size() - strlen(suffix));
  size_t dot = stem.rfind('.');
  if (dot == stem.npos)
    return {path, stem, ""};
  return {path, stem.substr(0, dot), stem.substr(dot + 1)};
}

/// One program of one file over all rounds.
struct Attempt {
  const ObjectFile *file;
  LoadedProgram loaded;
  std::optional<RunResult> run;
  std::optional<FireResult> fire;
};

void printAttempt(const Attempt &attempt, const ProgramName &name, int rounds) {
  const Verdict &verdict = attempt.loaded.verdict;
  JsonLine line("program");
  line.text("object", attempt.file->name);
  line.text("mode", attempt.file->mode);
  line.text("program", name.program);
  line.text("section", name.section);
  line.flag("accepted", verdict.accepted);
  if (!verdict.accepted) {
    line.number("errno", verdict.error);
    line.text("reason", verdict.reason);
    line.text("source", verdict.source);
  } else {
    line.number("instructions", verdict.instructions);
    line.number("jited", verdict.jitedBytes);
    line.number("verified", verdict.verified);
    line.flag("readsKnown", verdict.readsKnown);
    line.open("reads");
    for (const auto &[helper, calls] : verdict.reads)
      line.number(helper, calls);
    line.close();
  }
  if (attempt.run) {
    line.number("rounds", rounds);
    line.open("run");
    attempt.run->write(line);
    line.close();
  }
  if (attempt.fire) {
    line.open("fire");
    line.text("error", attempt.fire->error);
    line.number("runs", static_cast<int64_t>(attempt.fire->runs));
    line.number("records", static_cast<int64_t>(attempt.fire->records));
    line.close();
  }
  line.print();
}

/// Returns just after a timer tick. Ticks are when the kernel updates a task's
/// times, and the coarse clock; until the next one, these values stand still.
void waitForTick() {
  timespec start, now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &start);
  do
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  while (now.tv_nsec == start.tv_nsec && now.tv_sec == start.tv_sec);
}

/// Loads the program in every mode, then runs all of them in one go.
void runRound(std::vector<Attempt> &attempts, const ProgramName &name) {
  for (Attempt &attempt : attempts)
    attempt.loaded = loadProgram(attempt.file->path, name);
  waitForTick();
  for (Attempt &attempt : attempts)
    if (attempt.loaded.verdict.accepted)
      attempt.run = runProgram(attempt.loaded);
  for (Attempt &attempt : attempts)
    if (attempt.run)
      collectValues(attempt.loaded, *attempt.run);
}

bool agree(const std::vector<Attempt> &attempts) {
  const Attempt *reference = nullptr;
  for (const Attempt &attempt : attempts) {
    if (!attempt.run)
      continue;
    if (!reference)
      reference = &attempt;
    else if (!(*attempt.run == *reference->run))
      return false;
  }
  return true;
}

void judge(const std::vector<const ObjectFile *> &files,
           const ProgramName &name, bool attach) {
  std::vector<Attempt> attempts;
  for (const ObjectFile *file : files)
    attempts.push_back({file, {}, {}, {}});
  int rounds = 0;
  do {
    runRound(attempts, name);
    ++rounds;
  } while (rounds < kRounds && !agree(attempts));
  for (Attempt &attempt : attempts) {
    if (attach && attempt.loaded.verdict.accepted)
      attempt.fire = fireProgram(attempt.loaded);
    printAttempt(attempt, name, rounds);
  }
}

void printBadObject(const ObjectFile &file, const std::string &error) {
  JsonLine line("program");
  line.text("object", file.name);
  line.text("mode", file.mode);
  line.text("program", "");
  line.text("section", "");
  line.flag("accepted", false);
  line.number("errno", 0);
  line.text("reason", error);
  line.print();
}

void judgeGroup(const std::vector<ObjectFile> &group, bool attach) {
  std::vector<ProgramName> order;
  std::map<ProgramName, std::vector<const ObjectFile *>> holders;
  for (const ObjectFile &file : group) {
    std::string error;
    std::vector<ProgramName> names = listPrograms(file.path, error);
    if (names.empty())
      printBadObject(file, error);
    for (const ProgramName &name : names) {
      if (!holders.contains(name))
        order.push_back(name);
      holders[name].push_back(&file);
    }
  }
  for (const ProgramName &name : order)
    judge(holders[name], name, attach);
}

void judgeAll(const std::vector<std::string> &paths, bool attach) {
  utsname system;
  uname(&system);
  JsonLine start("kernel");
  start.text("release", system.release);
  start.print();
  std::map<std::string, std::vector<ObjectFile>> groups;
  for (const std::string &path : paths) {
    ObjectFile file = classify(path);
    groups[file.name].push_back(file);
  }
  for (auto &[name, group] : groups) {
    std::stable_partition(group.begin(), group.end(), [](const auto &file) {
      return file.mode == kReferenceMode;
    });
    judgeGroup(group, attach);
  }
  JsonLine end("end");
  end.print();
}

void mountGuest() {
  for (const char *folder : {"/proc", "/sys", "/tmp", "/dev"})
    mkdir(folder, 0755);
  mount("proc", "/proc", "proc", 0, nullptr);
  mount("sysfs", "/sys", "sysfs", 0, nullptr);
  mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr);
  mount("tmpfs", "/tmp", "tmpfs", 0, nullptr);
  mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr);
  mount("debugfs", "/sys/kernel/debug", "debugfs", 0, nullptr);
  mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr);
}

/// Process 1: prepares the guest, works in a child so that a crash is
/// reported rather than a kernel panic, and switches the machine off.
void guestMain() {
  mountGuest();
  klogctl(8, nullptr, 1); // only emergencies on the console
  raiseLoopback();
  if (fork() == 0) {
    std::vector<std::string> paths;
    for (const auto &entry : std::filesystem::directory_iterator(kJobFolder))
      paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    judgeAll(paths, true);
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  wait(&status);
  if (!WIFEXITED(status)) {
    JsonLine line("crash");
    line.number("signal", WTERMSIG(status));
    line.print();
  }
  sync();
  reboot(RB_POWER_OFF);
}

} // namespace

int main(int argc, char **argv) {
  if (getpid() == 1) {
    guestMain();
    return 0;
  }
  std::vector<std::string> paths(argv + 1, argv + argc);
  if (!paths.empty() && paths[0] == "--nothing")
    return 0; // the program that a trigger executes
  if (paths.empty() || paths[0] == "--help") {
    printf("usage: whistler_guest_loader OBJECT…\n"
           "Loads each program of the objects and runs it where it can be run; "
           "prints JSON lines.\nAs process 1 of a guest it takes the objects "
           "in %s, attaches them too, and powers off.\n",
           kJobFolder);
    return paths.empty() ? 2 : 0;
  }
  judgeAll(paths, false);
  return 0;
}
