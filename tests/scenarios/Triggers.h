#ifndef WHISTLER_TESTS_SCENARIOS_TRIGGERS_H
#define WHISTLER_TESTS_SCENARIOS_TRIGGERS_H

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace whistler::scenarios {

/// A program that does nothing and is on every machine: true(1), or in a guest
/// the running program itself, told to do nothing.
const char *harmlessProgram();

/// Executes the harmless program as `name first second` and waits for it; its
/// pid, or -1.
pid_t executeHarmless(const char *name = "harmless",
                      const char *first = "--nothing",
                      const char *second = "second");

/// A TCP connection over loopback.
struct Connection {
  uint16_t serverPort = 0, clientPort = 0; ///< host order; 0: it failed
};
/// Connects to a server of its own and closes both ends, after the client sent
/// `bytes` bytes and the server took them.
Connection connectToSelf(size_t bytes = 0);

/// Turns the loopback interface of this network namespace on.
void raiseLoopback();

/// A file in a temporary folder, removed with it.
class TemporaryFile {
public:
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  const std::string &path() const { return path_; }
  std::string name() const { return path_.substr(path_.rfind('/') + 1); }
  int fd() const { return fd_; }
  uint64_t inode() const;

private:
  std::string path_;
  int fd_;
};

} // namespace whistler::scenarios

#endif
