// An object kept in the kernel: its programs run with BPF_PROG_TEST_RUN, its
// maps read and written, its ring buffers emptied. Tests and measurements see
// through this what a program does, without attaching it anywhere.

#include "Libbpf.h"
#include "whistler/backend/Load.h"
#include "whistler/backend/Target.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>

using namespace llvm;

namespace whistler::backend {

namespace {

Error failed(const Twine &what, int number) {
  return make_error<BackendError>("", 0,
                                  (what + ": " + errorText(number)).str());
}

/// tc and XDP want a packet; raw tracepoints and syscalls only a context.
bool takesPacket(bpf_prog_type type) {
  return type != BPF_PROG_TYPE_RAW_TRACEPOINT &&
         type != BPF_PROG_TYPE_SYSCALL && type != BPF_PROG_TYPE_TRACING;
}

/// Raw tracepoints and syscalls run once per call.
bool takesRepeat(bpf_prog_type type) { return takesPacket(type); }

/// Bytes of a value as user space sees it: one slot per CPU in per-CPU maps.
size_t valueBytes(const bpf_map *map) {
  size_t size = bpf_map__value_size(map);
  switch (bpf_map__type(map)) {
  case BPF_MAP_TYPE_PERCPU_ARRAY:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    return alignTo(size, 8) * size_t(libbpf_num_possible_cpus());
  default:
    return size;
  }
}

struct FreeRing {
  void operator()(ring_buffer *ring) const { ring_buffer__free(ring); }
};

int keepRecord(void *context, void *data, size_t size) {
  auto *records = static_cast<std::vector<std::vector<uint8_t>> *>(context);
  auto *bytes = static_cast<const uint8_t *>(data);
  records->emplace_back(bytes, bytes + size);
  return 0;
}

} // namespace

struct LoadedObject::Impl {
  ObjectHandle object;

  Expected<bpf_map *> map(StringRef name) const {
    if (bpf_map *map =
            bpf_object__find_map_by_name(object.get(), name.str().c_str()))
      return map;
    return make_error<BackendError>("", 0, ("no map `" + name + "`").str());
  }

  /// Also checks that the sizes are the map's.
  Expected<bpf_map *> map(StringRef name, size_t keyBytes) const {
    Expected<bpf_map *> found = map(name);
    if (found && bpf_map__key_size(*found) != keyBytes)
      return make_error<BackendError>("", 0,
                                      ("a key of map `" + name + "` has " +
                                       Twine(bpf_map__key_size(*found)) +
                                       " bytes")
                                          .str());
    return found;
  }
};

LoadedObject::LoadedObject(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
LoadedObject::~LoadedObject() = default;

Expected<std::unique_ptr<LoadedObject>>
LoadedObject::load(ArrayRef<char> object) {
  if (Expected<ObjectInfo> info = inspect(object); !info)
    return info.takeError();
  if (Error error = checkPermission())
    return error;
  LibbpfMessages messages;
  Expected<ObjectHandle> handle = openForLoading(object, "", messages);
  if (!handle)
    return handle.takeError();
  if (int error = bpf_object__load(handle->get())) {
    std::string reason = messages.reason();
    return failed("the kernel does not take the object" +
                      (reason.empty() ? "" : ": " + reason),
                  -error);
  }
  auto impl = std::make_unique<Impl>();
  impl->object = std::move(*handle);
  return std::unique_ptr<LoadedObject>(new LoadedObject(std::move(impl)));
}

Expected<LoadedObject::RunResult> LoadedObject::run(StringRef name,
                                                    const RunOptions &options) {
  bpf_program *program =
      bpf_object__find_program_by_name(impl_->object.get(), name.str().c_str());
  if (!program)
    return make_error<BackendError>(name.str(), 0, "no such program");
  bpf_prog_type type = bpf_program__type(program);
  RunResult result;
  std::vector<uint8_t> context = options.context;
  LIBBPF_OPTS(bpf_test_run_opts, run);
  if (takesPacket(type)) {
    result.data.resize(options.data.size() + 256);
    run.data_in = options.data.data();
    run.data_size_in = uint32_t(options.data.size());
    run.data_out = result.data.data();
    run.data_size_out = uint32_t(result.data.size());
  }
  if (takesRepeat(type))
    run.repeat = int(options.repeat);
  if (!context.empty()) {
    run.ctx_in = context.data();
    run.ctx_size_in = uint32_t(context.size());
  }
  int error = bpf_prog_test_run_opts(bpf_program__fd(program), &run);
  if (error)
    return failed("program `" + name + "` can't be run", -error);
  result.value = run.retval;
  result.perRun = std::chrono::nanoseconds(run.duration);
  result.data.resize(run.data_size_out);
  return result;
}

Expected<std::optional<std::vector<uint8_t>>>
LoadedObject::lookup(StringRef name, ArrayRef<uint8_t> key) {
  Expected<bpf_map *> map = impl_->map(name, key.size());
  if (!map)
    return map.takeError();
  std::vector<uint8_t> value(valueBytes(*map));
  int error = bpf_map__lookup_elem(*map, key.data(), key.size(), value.data(),
                                   value.size(), 0);
  if (!error)
    return value;
  if (error == -ENOENT)
    return std::nullopt;
  return failed("map `" + name + "` can't be read", -error);
}

Error LoadedObject::update(StringRef name, ArrayRef<uint8_t> key,
                           ArrayRef<uint8_t> value) {
  Expected<bpf_map *> map = impl_->map(name, key.size());
  if (!map)
    return map.takeError();
  if (valueBytes(*map) != value.size())
    return make_error<BackendError>("", 0,
                                    ("a value of map `" + name + "` has " +
                                     Twine(valueBytes(*map)) + " bytes")
                                        .str());
  int error = bpf_map__update_elem(*map, key.data(), key.size(), value.data(),
                                   value.size(), BPF_ANY);
  return error ? failed("map `" + name + "` can't be written", -error)
               : Error::success();
}

Expected<std::vector<std::vector<uint8_t>>>
LoadedObject::drain(StringRef name) {
  Expected<bpf_map *> map = impl_->map(name);
  if (!map)
    return map.takeError();
  if (bpf_map__type(*map) != BPF_MAP_TYPE_RINGBUF)
    return make_error<BackendError>(
        "", 0, ("map `" + name + "` is no ring buffer").str());
  LibbpfMessages quiet;
  std::vector<std::vector<uint8_t>> records;
  std::unique_ptr<ring_buffer, FreeRing> ring(
      ring_buffer__new(bpf_map__fd(*map), keepRecord, &records, nullptr));
  if (!ring)
    return failed("map `" + name + "` can't be opened", errno);
  int count = ring_buffer__consume(ring.get());
  if (count < 0)
    return failed("map `" + name + "` can't be read", -count);
  return records;
}

} // namespace whistler::backend
