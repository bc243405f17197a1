// The loader of the kernel matrix: one static program that is /init in a
// guest and an ordinary command on the host. What it does with the objects is
// in Judge.cpp; here is what process 1 of a machine has to do.

#include "JsonLine.h"
#include "Judge.h"

#include "scenarios/Triggers.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace whistler::matrix;

namespace {

constexpr const char *kJobFolder = "/job";

struct Mount {
  const char *type, *folder;
};
constexpr Mount kMounts[] = {
    {"proc", "/proc"},
    {"sysfs", "/sys"},
    {"devtmpfs", "/dev"},
    {"tmpfs", "/tmp"},
    {"bpf", "/sys/fs/bpf"},
    {"cgroup2", "/sys/fs/cgroup"},
    {"debugfs", "/sys/kernel/debug"},
    {"securityfs", "/sys/kernel/security"},
    {"tracefs", "/sys/kernel/tracing"},
};

void mountGuest() {
  for (const Mount &one : kMounts) {
    mkdir(one.folder, 0755);
    mount(one.type, one.folder, one.type, 0, nullptr);
  }
}

std::vector<std::string> jobFiles() {
  std::vector<std::string> paths;
  for (const auto &entry : std::filesystem::directory_iterator(kJobFolder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Process 1: prepares the guest, works in a child so that a crash is
/// reported rather than a kernel panic, and switches the machine off.
void guestMain() {
  mountGuest();
  klogctl(8, nullptr, 1); // only emergencies on the console
  whistler::scenarios::raiseLoopback();
  pid_t worker = fork();
  if (worker == 0) {
    judgeAll(jobFiles(), {true, true});
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  while (wait(&status) != worker)
    ;
  if (!WIFEXITED(status)) {
    JsonLine line("crash");
    line.number("signal", WTERMSIG(status));
    line.print();
  }
  sync();
  reboot(RB_POWER_OFF);
}

constexpr const char *kUsage =
    "usage: whistler_guest_loader [--scenarios] OBJECT…\n"
    "Loads the programs of the objects and runs what can be run on request;\n"
    "prints JSON lines. --scenarios also plays the scenarios of the examples.\n"
    "As process 1 of a guest it takes the objects in /job, attaches them too,\n"
    "and powers off.\n";

} // namespace

int main(int argc, char **argv) {
  if (getpid() == 1) {
    guestMain();
    return 0;
  }
  std::vector<std::string> paths(argv + 1, argv + argc);
  if (!paths.empty() && paths[0] == "--nothing")
    return 0; // the harmless program that a scenario executes
  JudgeOptions options;
  if (!paths.empty() && paths[0] == "--scenarios") {
    options.scenarios = true;
    paths.erase(paths.begin());
  }
  if (paths.empty() || paths[0] == "--help") {
    fputs(kUsage, stdout);
    return paths.empty() ? 2 : 0;
  }
  judgeAll(paths, options);
  return 0;
}
