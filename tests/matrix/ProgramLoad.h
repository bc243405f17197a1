#ifndef WHISTLER_TESTS_MATRIX_PROGRAMLOAD_H
#define WHISTLER_TESTS_MATRIX_PROGRAMLOAD_H

#include <bpf/libbpf.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace whistler::matrix {

struct CloseObject {
  void operator()(bpf_object *object) const { bpf_object__close(object); }
};
using ObjectPtr = std::unique_ptr<bpf_object, CloseObject>;

/// What the kernel said of a program, and what became of it.
struct Verdict {
  bool accepted = false;
  int error = 0; ///< errno of the refusal
  uint32_t instructions = 0;
  uint32_t jitedBytes = 0;
  uint32_t verified = 0;
  /// Probe-read helpers by name -> static calls after load.
  std::map<std::string, unsigned> reads;
  bool readsKnown = false;
  std::string reason; ///< one line, for a refusal
  std::string source; ///< the line of program text it happened at, if known
};

/// A program of an object, named as it appears in every mode of that object.
struct ProgramName {
  std::string program;
  std::string section;
  auto operator<=>(const ProgramName &) const = default;
};

/// One program loaded alone: the object's other programs stay out.
struct LoadedProgram {
  ObjectPtr object;
  bpf_program *program = nullptr;
  Verdict verdict;
};

/// The programs in an object file; `error` says why there are none.
std::vector<ProgramName> listPrograms(const std::string &path,
                                      std::string &error);

LoadedProgram loadProgram(const std::string &path, const ProgramName &name);

/// The line of a verifier log that gives the reason: neither statistics nor
/// one of the "Suggestion:" paragraphs that 7.3 appends.
std::string verifierReason(const std::string &log);

} // namespace whistler::matrix

#endif
