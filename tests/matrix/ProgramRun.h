#ifndef WHISTLER_TESTS_MATRIX_PROGRAMRUN_H
#define WHISTLER_TESTS_MATRIX_PROGRAMRUN_H

#include "JsonLine.h"
#include "ProgramLoad.h"

#include <memory>
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

/// Whether the kernel runs programs of this type on request.
bool canRun(bpf_prog_type type);

struct FreeRing {
  void operator()(ring_buffer *ring) const;
};

/// Reads the maps and global variables of an object. Neither read() nor clear()
/// opens or closes a file, which programs that are attached might see.
class MapReader {
public:
  explicit MapReader(bpf_object *object);
  MapReader(MapReader &&) = default;

  /// What is in them; takes every record out of the ring buffers.
  std::vector<MapValues> read();
  /// Empties them, so that what is in them afterwards comes from what happens
  /// next.
  void clear();

private:
  struct Ring {
    const bpf_map *map;
    std::unique_ptr<std::vector<std::string>> records;
    std::unique_ptr<ring_buffer, FreeRing> buffer;
  };
  bpf_object *object_;
  std::vector<Ring> rings_;
};

void writeMaps(JsonLine &line, const std::vector<MapValues> &maps);

} // namespace whistler::matrix

#endif
