// Examples that watch files and file systems.

#include "Scenarios.h"
#include "Surroundings.h"
#include "Triggers.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace whistler::scenarios {

namespace {

uint64_t inodeOf(const char *path) {
  struct stat status = {};
  return stat(path, &status) ? 0 : status.st_ino;
}

void openOnce(const std::string &path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    close(fd);
}

} // namespace

void openSnoop(Scenario &s) {
  struct Event {
    uint32_t pid;
    int32_t result;
    uint32_t flags, uid;
    char comm[16], path[128];
  };
  TemporaryFile file;
  std::string missing = file.path() + "-missing";
  provideTracefs();
  if (!s.attach())
    return;
  int fd = open(file.path().c_str(), O_RDWR | O_CLOEXEC);
  close(fd);
  openOnce(missing);
  s.detach();
  unsigned found = 0, absent = 0;
  for (const Event &event : s.records<Event>("events")) {
    if (event.pid != uint32_t(getpid()))
      continue;
    if (event.path == file.path()) {
      ++found;
      s.equal("descriptor", event.result, fd);
      s.equal("flags", event.flags & O_ACCMODE, O_RDWR);
      s.equal("uid", event.uid, getuid());
      s.equal("comm", std::string(event.comm), "scenario");
    } else if (event.path == missing) {
      ++absent;
      s.equal("error", event.result, -ENOENT);
    }
  }
  s.equal("records of the file", found, 1);
  s.equal("records of the missing file", absent, 1);
  s.equal("requests left over",
          s.has("pending", uint64_t(getpid()) << 32 | uint64_t(getpid())), 0);
}

void fileDelete(Scenario &s) {
  struct Event {
    uint64_t inode, size, folder;
    uint32_t pid, uid, owner;
    char comm[16], name[64];
    uint32_t padding;
  };
  TemporaryFile file;
  s.check("five bytes", write(file.fd(), "12345", 5) == 5);
  if (!s.attach())
    return;
  unlink(file.path().c_str());
  unsigned found = 0;
  for (const Event &event : s.records<Event>("events")) {
    if (event.pid != uint32_t(getpid()))
      continue;
    ++found;
    s.equal("name", std::string(event.name), file.name());
    s.equal("inode", event.inode, file.inode());
    s.equal("size", event.size, 5);
    s.equal("folder", event.folder, inodeOf("/tmp"));
    s.equal("owner", event.owner, getuid());
    s.equal("comm", std::string(event.comm), "scenario");
  }
  s.equal("records", found, 1);
}

void fileGuard(Scenario &s) {
  TemporaryFile precious, other;
  if (!hasBpfLsm())
    return s.skip("`bpf` is not among the security modules of this kernel");
  s.set("protected", precious.inode(), uint64_t(0));
  if (!s.attach())
    return;
  std::string elsewhere = precious.path() + "-moved";
  int refused = unlink(precious.path().c_str()) ? errno : 0;
  int moved = rename(precious.path().c_str(), elsewhere.c_str()) ? errno : 0;
  int free = unlink(other.path().c_str()) ? errno : 0;
  s.detach();
  s.equal("unlink", refused, EPERM);
  s.equal("rename", moved, EPERM);
  s.equal("unlink of another file", free, 0);
  s.equal("refusals", s.value<uint64_t>("protected", precious.inode()), 2);
}

void slowIo(Scenario &s) {
  struct Event {
    uint64_t latency, inode;
    int64_t result;
    uint32_t operation, pid;
    char comm[16], name[32];
  };
  constexpr uint32_t kRead = 0, kWrite = 1;
  TemporaryFile file;
  char bytes[8] = {};
  if (!s.attach())
    return;
  s.setGlobal(uint64_t(0)); // nothing is too fast to be shown
  s.check("three bytes there and back",
          write(file.fd(), "abc", 3) == 3 && lseek(file.fd(), 0, 0) == 0 &&
              read(file.fd(), bytes, sizeof bytes) == 3);
  std::vector<Event> mine;
  for (const Event &event : s.records<Event>("events"))
    if (event.pid == uint32_t(getpid()) && event.inode == file.inode())
      mine.push_back(event);
  s.equal("records", mine.size(), 2);
  for (const Event &event : mine) {
    s.equal("name", std::string(event.name), file.name());
    s.equal("bytes", event.result, 3);
    s.equal("comm", std::string(event.comm), "scenario");
    s.check("it took time, less than a minute",
            event.latency > 0 && event.latency < 60'000'000'000);
  }
  if (mine.size() == 2) {
    s.equal("the first", mine[0].operation, kWrite);
    s.equal("the second", mine[1].operation, kRead);
  }
}

void blockLatency(Scenario &s) {
  struct Key {
    uint32_t operation, slot;
    bool operator<(const Key &other) const {
      return std::pair(operation, slot) <
             std::pair(other.operation, other.slot);
    }
  };
  TemporaryFile file;
  struct stat status = {};
  if (fstat(file.fd(), &status) || major(status.st_dev) == 0)
    return s.skip("/tmp is not on a block device");
  if (!s.attach())
    return;
  for (int i = 0; i < 4; ++i)
    if (write(file.fd(), "data", 4) != 4 || fsync(file.fd()))
      return s.skip("/tmp can't be written to its device");
  s.detach();
  uint64_t requests = 0;
  for (const auto &[key, count] : s.entries<Key, uint64_t>("latency")) {
    requests += count;
    s.check("an operation that exists", key.operation < 64);
    s.check("a slot that exists", key.slot < 32);
  }
  s.check("each fsync writes to the device", requests >= 4);
}

void vfsCalls(Scenario &s) {
  const char *functions[] = {"vfs_read", "vfs_write"};
  LIBBPF_OPTS(bpf_kprobe_multi_opts, options);
  options.syms = functions;
  options.cnt = 2;
  bpf_program *program = s.program("vfs_calls");
  if (!program)
    return;
  bpf_link *link =
      bpf_program__attach_kprobe_multi_opts(program, nullptr, &options);
  if (!link && errno == EOPNOTSUPP)
    return s.skip("this kernel was built without CONFIG_FPROBE");
  if (!s.keep("kprobe.multi", link))
    return;
  TemporaryFile file;
  char byte = 0;
  s.check("a byte", write(file.fd(), "x", 1) == 1 &&
                        lseek(file.fd(), 0, 0) == 0 &&
                        read(file.fd(), &byte, 1) == 1);
  auto calls = s.entries<uint64_t, uint64_t>("calls");
  s.equal("functions that were called", calls.size(), 2);
  for (const auto &[function, count] : calls)
    s.check("an address in the kernel", int64_t(function) < 0 && count >= 1);
}

void pointerChase(Scenario &s) {
  if (!s.attach())
    return;
  openOnce("/proc/self/exe");
  s.detach();
  s.equal("inode of the program", s.value<uint64_t>("exe_inode", uint32_t(0)),
          inodeOf("/proc/self/exe"));
}

void readsAndMaps(Scenario &s) {
  struct Usage {
    uint64_t opens, mostPages;
  };
  if (!s.attach())
    return;
  for (int i = 0; i < 3; ++i)
    openOnce("/proc/self/exe");
  auto usage = s.value<Usage>("usages", uint32_t(getpid()));
  s.equal("opens", usage.opens, 3);
  s.check("pages", usage.mostPages > 100 && usage.mostPages < 1u << 30);
}

} // namespace whistler::scenarios
