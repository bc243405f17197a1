#ifndef WHISTLER_TOOLS_STOPSIGNALS_H
#define WHISTLER_TOOLS_STOPSIGNALS_H

#include <csignal>

namespace whistler::tools {

/// While it lives, SIGINT, SIGTERM and SIGHUP make a file descriptor readable
/// instead of ending the process, and SIGPIPE is ignored. When it dies all is
/// as before: a second Ctrl-C ends what is left to do.
class StopSignals {
public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals &) = delete;
  StopSignals &operator=(const StopSignals &) = delete;

  int descriptor() const { return descriptor_; }
  /// True once a signal came.
  bool stopped();

private:
  int descriptor_ = -1;
  bool stopped_ = false;
  sigset_t before_;
  struct sigaction pipeBefore_;
};

} // namespace whistler::tools

#endif
