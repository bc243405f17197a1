#ifndef WHISTLER_TESTS_MATRIX_PROGRAMFIRE_H
#define WHISTLER_TESTS_MATRIX_PROGRAMFIRE_H

#include "ProgramRun.h"

#include <string>
#include <vector>

namespace whistler::matrix {

/// What happened when a program was attached and its kernel function used.
struct FireResult {
  std::string error; ///< why it couldn't be attached
  uint64_t runs = 0;
  std::vector<MapValues> maps; ///< afterwards
};

/// Whether there is a place here to attach such a program to.
bool canFire(const LoadedProgram &loaded);

/// Attaches all of them, does once a little of everything that probes watch,
/// detaches: what the programs are to agree on is one and the same event.
std::vector<FireResult>
fireTogether(const std::vector<const LoadedProgram *> &programs);

} // namespace whistler::matrix

#endif
