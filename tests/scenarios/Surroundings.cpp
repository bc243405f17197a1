// Namespaces and control groups that belong to one scenario, so that nothing
// else on the machine is touched.

#include "Surroundings.h"
#include "Triggers.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whistler::scenarios {

namespace {

bool writeFile(const std::string &path, const std::string &text) {
  int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  bool done =
      fd >= 0 && write(fd, text.data(), text.size()) == ssize_t(text.size());
  if (fd >= 0)
    close(fd);
  return done;
}

/// Where the v2 hierarchy is mounted; "" when nowhere.
std::string cgroupRoot() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device, path, type;
    words >> device >> path >> type;
    if (type == "cgroup2")
      return path;
  }
  return "";
}

} // namespace

void provideTracefs() {
  constexpr const char *kFolder = "/sys/kernel/tracing";
  if (access("/sys/kernel/tracing/events", F_OK) == 0 ||
      access("/sys/kernel/debug/tracing/events", F_OK) == 0 ||
      unshare(CLONE_NEWNS))
    return;
  mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  mount("tracefs", kFolder, "tracefs", 0, nullptr);
}

std::string enterOwnNetwork() {
  if (unshare(CLONE_NEWNET))
    return std::string("no network namespace: ") + strerror(errno);
  raiseLoopback();
  return "";
}

bool hasBpfLsm() {
  constexpr const char *kList = "/sys/kernel/security/lsm";
  if (access(kList, R_OK))
    mount("securityfs", "/sys/kernel/security", "securityfs", 0, nullptr);
  std::ifstream file(kList);
  for (std::string name; std::getline(file, name, ',');)
    if (name.rfind("bpf", 0) == 0)
      return true;
  return false;
}

TemporaryCgroup::TemporaryCgroup() : root_(cgroupRoot()) {
  if (root_.empty()) {
    problem_ = "no v2 hierarchy of control groups is mounted";
    return;
  }
  path_ = root_ + "/whistler-" + std::to_string(getpid());
  if (mkdir(path_.c_str(), 0755) && errno != EEXIST)
    problem_ = path_ + " can't be made: " + strerror(errno);
  fd_ = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

TemporaryCgroup::~TemporaryCgroup() {
  if (fd_ < 0)
    return;
  leave();
  close(fd_);
  rmdir(path_.c_str());
}

uint64_t TemporaryCgroup::id() const {
  struct stat status = {};
  return fstat(fd_, &status) ? 0 : status.st_ino;
}

bool TemporaryCgroup::join() {
  return writeFile(path_ + "/cgroup.procs", std::to_string(getpid()));
}

bool TemporaryCgroup::leave() {
  return writeFile(root_ + "/cgroup.procs", std::to_string(getpid()));
}

bool TemporaryCgroup::control(const char *file, const std::string &text) {
  // A controller is there only when the parent passes it on.
  writeFile(root_ + "/cgroup.subtree_control", "+memory");
  return writeFile(path_ + "/" + file, text);
}

} // namespace whistler::scenarios
