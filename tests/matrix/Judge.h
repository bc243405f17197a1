#ifndef WHISTLER_TESTS_MATRIX_JUDGE_H
#define WHISTLER_TESTS_MATRIX_JUDGE_H

#include <string>
#include <vector>

namespace whistler::matrix {

/// How much is done with an object besides loading it.
struct JudgeOptions {
  bool attach = false;    ///< fire probes and play scenarios that attach
  bool scenarios = false; ///< play the scenarios of examples
};

/// Loads every object, proves or compares what its programs do, and prints one
/// line for each program. Files named <name>.<mode>.bpf.o are one program in
/// several modes.
void judgeAll(const std::vector<std::string> &paths,
              const JudgeOptions &options);

} // namespace whistler::matrix

#endif
