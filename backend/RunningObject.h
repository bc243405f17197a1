#ifndef WHISTLER_BACKEND_RUNNINGOBJECT_H
#define WHISTLER_BACKEND_RUNNINGOBJECT_H

#include "Libbpf.h"
#include "TracePipe.h"
#include "whistler/backend/Run.h"

namespace whistler::backend {

struct FreeRings {
  void operator()(ring_buffer *rings) const { ring_buffer__free(rings); }
};
struct FreePerf {
  void operator()(perf_buffer *buffer) const { perf_buffer__free(buffer); }
};

/// One buffer being read; its address is what libbpf hands back.
struct BufferReader {
  RunningObject::Impl *owner = nullptr;
  const RunningMap *map = nullptr;
  std::unique_ptr<perf_buffer, FreePerf> perf; ///< null for a ring buffer
};

struct RunningObject::Impl {
  ObjectHandle object;
  std::vector<RunningMap> maps;
  std::vector<std::function<void()>> undo; ///< detaches, newest last
  RunEvents events;
  bool stopped = false; ///< a handler said so
  std::vector<std::unique_ptr<BufferReader>> readers;
  std::unique_ptr<ring_buffer, FreeRings> rings;
  std::unique_ptr<TracePipe> trace;

  ~Impl() { detach(); }
  void detach();
  llvm::Error openBuffers();
  llvm::Error openPerf(BufferReader &reader, int descriptor);
};

/// How one program goes where its section says; the row of its type decides.
/// On success an undo is pushed to `impl`.
Attachment attachProgram(RunningObject::Impl &impl, bpf_program *program,
                         const AttachOptions &options);

/// Registers an object of a kernel interface, its programs with it.
Attachment attachInterface(RunningObject::Impl &impl, bpf_map *map);

/// Maps of the object with the types that its BTF gives them.
std::vector<RunningMap> describeMaps(bpf_object *object);

} // namespace whistler::backend

#endif
