#ifndef WHISTLER_TESTS_MATRIX_PROGRAMLOAD_H
#define WHISTLER_TESTS_MATRIX_PROGRAMLOAD_H

#include <bpf/libbpf.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace whistler::matrix {

/// Shared by the programs of an object that was loaded as a whole.
using ObjectPtr = std::shared_ptr<bpf_object>;

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

/// A program in the kernel, or the reason why it isn't there.
struct LoadedProgram {
  ObjectPtr object;
  bpf_program *program = nullptr;
  Verdict verdict;
};

/// The programs in an object file; `error` says why there are none.
std::vector<ProgramName> listPrograms(const std::string &path,
                                      std::string &error);

/// Loads the object as a whole, or, when the kernel refuses that, each program
/// alone, so that one refusal hides nothing else. In the order of `names`.
std::vector<LoadedProgram> loadObject(const std::string &path,
                                      const std::vector<ProgramName> &names);

/// The line of a verifier log that gives the reason: neither statistics nor
/// one of the "Suggestion:" paragraphs that 7.3 appends.
std::string verifierReason(const std::string &log);

} // namespace whistler::matrix

#endif
