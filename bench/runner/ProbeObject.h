#ifndef WHISTLER_BENCH_PROBEOBJECT_H
#define WHISTLER_BENCH_PROBEOBJECT_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace whistler::bench {

/// Keeps libbpf from printing; what it has to say is asked for elsewhere.
void silenceLibbpf();

/// One program of one object, loaded with the object's maps, to be executed
/// with BPF_PROG_TEST_RUN. Not thread-safe.
class ProbeObject {
public:
  /// Loads `program` of the object file and none of the others.
  static llvm::Expected<std::unique_ptr<ProbeObject>>
  load(const std::string &path, const std::string &program);
  ~ProbeObject();

  struct Run {
    uint32_t value = 0;       ///< the program's result
    uint32_t nanoseconds = 0; ///< the kernel's average, rounded down
  };
  /// Runs it `repeat` times. `context` is for programs that take no packet.
  llvm::Expected<Run> run(uint32_t repeat,
                          llvm::ArrayRef<uint32_t> context = {});

  /// Takes all records out of the ring buffer; counts them. 0 without one.
  size_t drain();
  /// The same, with their bytes.
  std::vector<std::vector<uint8_t>> takeRecords();
  /// Bytes of the record seen last by `drain` or `takeRecords`.
  size_t recordBytes() const { return recordBytes_; }
  /// How many records of `recordBytes` the ring holds; 0 without a ring.
  size_t recordsThatFit() const;

  /// Fills the map `bases`, when the object has one.
  llvm::Error setBases(llvm::ArrayRef<uint64_t> addresses);
  llvm::Expected<std::vector<uint64_t>> bases() const;

  /// What the maps hold, as text that is equal when the contents are.
  std::string mapContents() const;
  /// Empties hash maps and zeroes arrays.
  void clearMaps();

  const bpf_program *program() const { return program_; }

private:
  ProbeObject() = default;
  void openRing();
  template <typename Visitor> void forEachDataMap(Visitor visit) const;

  struct CloseObject {
    void operator()(bpf_object *object) const { bpf_object__close(object); }
  };
  struct FreeRing {
    void operator()(ring_buffer *ring) const { ring_buffer__free(ring); }
  };
  static int onRecord(void *self, void *data, size_t size);

  std::unique_ptr<bpf_object, CloseObject> object_;
  bpf_program *program_ = nullptr;
  std::unique_ptr<ring_buffer, FreeRing> ring_;
  size_t ringBytes_ = 0, seen_ = 0, recordBytes_ = 0;
  std::vector<std::vector<uint8_t>> *sink_ = nullptr;
};

} // namespace whistler::bench

#endif
