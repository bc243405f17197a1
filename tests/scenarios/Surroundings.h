#ifndef WHISTLER_TESTS_SCENARIOS_SURROUNDINGS_H
#define WHISTLER_TESTS_SCENARIOS_SURROUNDINGS_H

#include <cstdint>
#include <string>

namespace whistler::scenarios {

/// Makes tracefs visible to this process alone when it isn't mounted.
void provideTracefs();

/// Gives this process a network of its own with a loopback interface that is
/// up; "" or why not.
std::string enterOwnNetwork();

/// Whether this kernel asks BPF programs about security decisions.
bool hasBpfLsm();

/// A control group of the v2 hierarchy, removed with the object.
class TemporaryCgroup {
public:
  TemporaryCgroup();
  ~TemporaryCgroup();
  TemporaryCgroup(const TemporaryCgroup &) = delete;
  TemporaryCgroup &operator=(const TemporaryCgroup &) = delete;

  /// "" or why there is none.
  const std::string &problem() const { return problem_; }
  int fd() const { return fd_; }
  uint64_t id() const;
  /// Moves the calling process into it, and back into the root.
  bool join();
  bool leave();
  /// Writes a control file; false when there is no such file.
  bool control(const char *file, const std::string &text);

private:
  std::string root_, path_, problem_;
  int fd_ = -1;
};

} // namespace whistler::scenarios

#endif
