#ifndef WHISTLER_TESTS_MATRIX_PROGRAMRUN_H
#define WHISTLER_TESTS_MATRIX_PROGRAMRUN_H

#include "JsonLine.h"
#include "ProgramLoad.h"

#include <optional>
#include <string>
#include <vector>

namespace whistler::matrix {

/// The contents of one map after a run.
struct MapValues {
  std::string name;
  size_t entries = 0;
  uint64_t hash = 0;
  std::string hex; ///< the first bytes of them
  bool operator==(const MapValues &other) const {
    return name == other.name && entries == other.entries && hash == other.hash;
  }
};

/// What a program computed: this, not its instructions, has to be the same
/// in every mode.
struct RunResult {
  int error = 0; ///< errno of the run itself
  uint32_t returned = 0;
  uint64_t packetHash = 0;
  std::vector<MapValues> maps;
  bool operator==(const RunResult &) const = default;
  void write(JsonLine &line) const;
};

/// Runs a loaded program once with BPF_PROG_TEST_RUN; nothing for types that
/// the kernel doesn't run on request. The maps are left alone, so that the
/// next mode can run at once.
std::optional<RunResult> runProgram(const LoadedProgram &loaded);

/// Adds what the program left in its object's maps.
void collectValues(const LoadedProgram &loaded, RunResult &result);

/// Takes every record out of the object's ring buffers; returns how many.
size_t drainRecords(bpf_object *object);

} // namespace whistler::matrix

#endif
