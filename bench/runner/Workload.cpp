// Something real for the probes to read. What can't be had (no loopback
// interface, say) stays without an address, and reads of it give 0 in every
// form alike.
#include "Workload.h"

#include "ProbeObject.h"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whistler::bench {

namespace {

/// A child that is stopped until it is killed, at the latest with its parent.
pid_t startStoppedChild() {
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    raise(SIGSTOP);
    _exit(0);
  }
  if (child > 0)
    waitpid(child, nullptr, WUNTRACED);
  return child;
}

} // namespace

Workload::Workload()
    : file_(open("/proc/self/exe", O_RDONLY | O_CLOEXEC)),
      child_(startStoppedChild()) {
  connect();
}

Workload::~Workload() {
  for (int descriptor : {file_, listener_, client_, receiver_})
    if (descriptor >= 0)
      close(descriptor);
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
}

void Workload::connect() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto *where = reinterpret_cast<sockaddr *>(&address);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  client_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener_, where, size) || listen(listener_, 8) ||
      getsockname(listener_, where, &size) || ::connect(client_, where, size))
    return;
  receiver_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const char message[100] = "unread";
  if (write(client_, message, sizeof message) < 0)
    return;
  char first = 0; // waits until it is there, and leaves it there
  recv(receiver_, &first, 1, MSG_PEEK);
}

llvm::Expected<std::vector<uint64_t>>
Workload::find(const std::string &finder) const {
  auto probe = ProbeObject::load(finder, "find_bases");
  if (!probe)
    return probe.takeError();
  auto done = (*probe)->run(1, {uint32_t(file_), uint32_t(client_),
                                uint32_t(listener_), uint32_t(receiver_)});
  if (!done)
    return done.takeError();
  return (*probe)->bases();
}

} // namespace whistler::bench
