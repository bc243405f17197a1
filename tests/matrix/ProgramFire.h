#ifndef WHISTLER_TESTS_MATRIX_PROGRAMFIRE_H
#define WHISTLER_TESTS_MATRIX_PROGRAMFIRE_H

#include "ProgramLoad.h"

#include <optional>
#include <string>

namespace whistler::matrix {

/// What happened when a program was attached and its kernel function used.
struct FireResult {
  std::string error; ///< why it couldn't be attached
  uint64_t runs = 0;
  size_t records = 0; ///< taken out of ring buffers
};

/// Attaches, does a little of everything that probes watch, detaches. Nothing
/// for types that have no place to be attached to here.
std::optional<FireResult> fireProgram(const LoadedProgram &loaded);

/// Turns the loopback interface on, for the connection among the triggers.
void raiseLoopback();

} // namespace whistler::matrix

#endif
