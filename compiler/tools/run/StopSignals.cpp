// Signals as a file descriptor: nothing runs in a handler, and no signal falls
// between a test of a flag and the wait after it.
#include "StopSignals.h"

#include <initializer_list>

#include <sys/signalfd.h>
#include <unistd.h>

namespace whistler::tools {

StopSignals::StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, &before_);
  descriptor_ = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipeBefore_);
}

StopSignals::~StopSignals() {
  stopped();
  close(descriptor_);
  sigprocmask(SIG_SETMASK, &before_, nullptr);
  sigaction(SIGPIPE, &pipeBefore_, nullptr);
}

bool StopSignals::stopped() {
  signalfd_siginfo info;
  while (read(descriptor_, &info, sizeof info) == sizeof info)
    stopped_ = true;
  return stopped_;
}

} // namespace whistler::tools
