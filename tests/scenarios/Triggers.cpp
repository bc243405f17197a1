// What makes probes fire: a program executed, a connection over loopback, a
// file. All of it is small, quick and leaves nothing behind.

#include "Triggers.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace whistler::scenarios {

const char *harmlessProgram() {
  return access("/bin/true", X_OK) == 0 ? "/bin/true" : "/proc/self/exe";
}

pid_t executeHarmless(const char *name, const char *first, const char *second) {
  pid_t child = fork();
  if (child == 0) {
    execl(harmlessProgram(), name, first, second, nullptr);
    _exit(127);
  }
  int status = 0;
  if (child > 0)
    waitpid(child, &status, 0);
  return child;
}

static uint16_t localPort(int fd) {
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size))
    return 0;
  return ntohs(address.sin_port);
}

/// Sends from one end and takes at the other.
static void transfer(int from, int to, size_t bytes) {
  std::vector<char> data(bytes, 'x');
  size_t sent = 0;
  while (sent < bytes) {
    ssize_t put = write(from, data.data() + sent, bytes - sent);
    if (put <= 0)
      return;
    for (ssize_t taken = 0; taken < put;) {
      ssize_t got = read(to, data.data(), size_t(put - taken));
      if (got <= 0)
        return;
      taken += got;
    }
    sent += size_t(put);
  }
}

Connection connectToSelf(size_t bytes) {
  Connection result;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto *generic = reinterpret_cast<sockaddr *>(&address);
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(server, generic, size) == 0 && listen(server, 1) == 0 &&
      getsockname(server, generic, &size) == 0 &&
      connect(client, generic, size) == 0) {
    int accepted = accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    result = {ntohs(address.sin_port), localPort(client)};
    transfer(client, accepted, bytes);
    close(client);
    close(accepted);
  } else {
    close(client);
  }
  close(server);
  return result;
}

void raiseLoopback() {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request = {};
  strcpy(request.ifr_name, "lo");
  if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
    request.ifr_flags |= IFF_UP;
    ioctl(fd, SIOCSIFFLAGS, &request);
  }
  close(fd);
}

TemporaryFile::TemporaryFile() : path_("/tmp/whistler-XXXXXX") {
  fd_ = mkostemp(path_.data(), O_CLOEXEC);
}

TemporaryFile::~TemporaryFile() {
  close(fd_);
  unlink(path_.c_str());
}

uint64_t TemporaryFile::inode() const {
  struct stat status = {};
  return fstat(fd_, &status) ? 0 : status.st_ino;
}

} // namespace whistler::scenarios
