// An object at work: loaded whole, attached, its buffers read. What a program
// is attached to is AttachPrograms.cpp's, what a map's types are
// DescribeMaps.cpp's.
//
// Buffers are opened before anything is attached, and read once more after
// everything is detached, so that no record is lost on either side.

#include "RunningObject.h"

#include "whistler/backend/Target.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <poll.h>

using namespace llvm;

namespace whistler::backend {

namespace {

Error failed(const Twine &what, int number) {
  return make_error<BackendError>("", 0,
                                  (what + ": " + errorText(number)).str());
}

constexpr size_t kPerfPages = 16; // for each CPU

int takeRecord(BufferReader &reader, ArrayRef<uint8_t> bytes) {
  RunningObject::Impl &owner = *reader.owner;
  if (!owner.stopped && owner.events.onRecord &&
      !owner.events.onRecord(*reader.map, bytes))
    owner.stopped = true;
  return owner.stopped ? -ECANCELED : 0;
}

int onRing(void *context, void *data, size_t size) {
  return takeRecord(*static_cast<BufferReader *>(context),
                    {static_cast<const uint8_t *>(data), size});
}

void onPerf(void *context, int, void *data, uint32_t size) {
  takeRecord(*static_cast<BufferReader *>(context),
             {static_cast<const uint8_t *>(data), size});
}

void onPerfLost(void *context, int, unsigned long long count) {
  auto &reader = *static_cast<BufferReader *>(context);
  if (reader.owner->events.onLost)
    reader.owner->events.onLost(*reader.map, count);
}

bool isQueue(uint32_t kind) {
  return kind == BPF_MAP_TYPE_QUEUE || kind == BPF_MAP_TYPE_STACK;
}

/// Kinds whose entries a reader can walk key by key.
bool hasKeys(uint32_t kind) {
  switch (kind) {
  case BPF_MAP_TYPE_HASH:
  case BPF_MAP_TYPE_ARRAY:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_PERCPU_ARRAY:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
  case BPF_MAP_TYPE_LPM_TRIE:
  case BPF_MAP_TYPE_STACK_TRACE:
    return true;
  default:
    return false;
  }
}

std::vector<std::vector<uint8_t>> splitCpus(ArrayRef<uint8_t> bytes,
                                            size_t size) {
  std::vector<std::vector<uint8_t>> values;
  for (size_t at = 0; at + size <= bytes.size(); at += alignTo(size, 8))
    values.push_back(bytes.slice(at, size).vec());
  return values;
}

} // namespace

void RunningObject::Impl::detach() {
  while (!undo.empty()) {
    undo.back()();
    undo.pop_back();
  }
}

Error RunningObject::Impl::openPerf(BufferReader &reader, int descriptor) {
  reader.perf.reset(perf_buffer__new(descriptor, kPerfPages, onPerf, onPerfLost,
                                     &reader, nullptr));
  return reader.perf
             ? Error::success()
             : failed("map `" + reader.map->name + "` can't be opened", errno);
}

Error RunningObject::Impl::openBuffers() {
  LibbpfMessages quiet;
  for (const RunningMap &map : maps) {
    bool isRing = map.kind == BPF_MAP_TYPE_RINGBUF;
    if (!isRing && map.kind != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
      continue;
    readers.push_back(std::make_unique<BufferReader>());
    BufferReader &reader = *readers.back();
    reader.owner = this;
    reader.map = &map;
    int descriptor =
        bpf_object__find_map_fd_by_name(object.get(), map.name.c_str());
    if (!isRing) {
      if (Error error = openPerf(reader, descriptor))
        return error;
      continue;
    }
    if (!rings)
      rings.reset(ring_buffer__new(descriptor, onRing, &reader, nullptr));
    else if (ring_buffer__add(rings.get(), descriptor, onRing, &reader))
      return failed("map `" + map.name + "` can't be opened", errno);
    if (!rings)
      return failed("map `" + map.name + "` can't be opened", errno);
  }
  return Error::success();
}

RunningObject::RunningObject(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
RunningObject::~RunningObject() = default;

Expected<std::unique_ptr<RunningObject>>
RunningObject::load(ArrayRef<char> object, const LoadOptions &options) {
  if (Expected<ObjectInfo> info = inspect(object); !info)
    return info.takeError();
  if (Error error = checkPermission())
    return error;
  LibbpfMessages messages;
  Expected<ObjectHandle> handle =
      openForLoading(object, options.btfPath, messages);
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
  impl->maps = describeMaps(impl->object.get());
  return std::unique_ptr<RunningObject>(new RunningObject(std::move(impl)));
}

Expected<std::string> RunningObject::open(RunEvents events) {
  impl_->events = std::move(events);
  if (Error error = impl_->openBuffers())
    return error;
  std::vector<std::string> formats =
      traceFormats(impl_->object.get(), impl_->maps);
  if (formats.empty() || !impl_->events.onTrace)
    return std::string();
  std::string problem;
  impl_->trace = TracePipe::open(std::move(formats), problem);
  return problem;
}

std::vector<Attachment> RunningObject::attach(const AttachOptions &options) {
  LibbpfMessages quiet;
  std::vector<Attachment> results;
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, impl_->object.get()) {
    if (bpf_program__autoload(program) &&
        bpf_program__type(program) != BPF_PROG_TYPE_STRUCT_OPS)
      results.push_back(attachProgram(*impl_, program, options));
  }
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, impl_->object.get()) {
    if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
      results.push_back(attachInterface(*impl_, map));
  }
  return results;
}

Error RunningObject::poll(int milliseconds, int wake) {
  std::vector<pollfd> waiting;
  auto add = [&](int descriptor) {
    waiting.push_back({descriptor, POLLIN, 0});
  };
  if (wake >= 0)
    add(wake);
  if (impl_->rings)
    add(ring_buffer__epoll_fd(impl_->rings.get()));
  for (const auto &reader : impl_->readers)
    if (reader->perf)
      add(perf_buffer__epoll_fd(reader->perf.get()));
  if (impl_->trace)
    add(impl_->trace->descriptor());
  if (::poll(waiting.data(), waiting.size(), milliseconds) < 0 &&
      errno != EINTR)
    return failed("waiting for records failed", errno);
  // A handler that says stop makes libbpf give back -ECANCELED.
  if (impl_->rings && !impl_->stopped)
    ring_buffer__consume(impl_->rings.get());
  for (const auto &reader : impl_->readers)
    if (reader->perf && !impl_->stopped)
      perf_buffer__consume(reader->perf.get());
  if (impl_->trace && !impl_->stopped)
    impl_->trace->read(impl_->events.onTrace);
  return Error::success();
}

void RunningObject::detach() { impl_->detach(); }

const std::vector<RunningMap> &RunningObject::maps() const {
  return impl_->maps;
}

Expected<std::vector<MapEntry>> RunningObject::entries(const RunningMap &map,
                                                       size_t limit) {
  int descriptor =
      bpf_object__find_map_fd_by_name(impl_->object.get(), map.name.c_str());
  std::vector<MapEntry> result;
  size_t cpus = map.isPerCpu ? size_t(libbpf_num_possible_cpus()) : 1;
  size_t valueBytes =
      map.isPerCpu ? alignTo(map.valueBytes, 8) * cpus : map.valueBytes;
  std::vector<uint8_t> value(valueBytes);
  auto add = [&](ArrayRef<uint8_t> key) {
    result.push_back(
        {key.vec(), map.isPerCpu ? splitCpus(value, map.valueBytes)
                                 : std::vector<std::vector<uint8_t>>{value}});
  };
  if (isQueue(map.kind)) {
    while (result.size() < limit &&
           !bpf_map_lookup_and_delete_elem(descriptor, nullptr, value.data()))
      add({});
    return result;
  }
  if (!hasKeys(map.kind))
    return make_error<BackendError>(
        "", 0, "map `" + map.name + "` has no entries to read");
  std::vector<uint8_t> key(map.keyBytes), next(map.keyBytes);
  for (void *from = nullptr;
       result.size() < limit &&
       !bpf_map_get_next_key(descriptor, from, next.data());
       from = key.data()) {
    key = next;
    if (!bpf_map_lookup_elem(descriptor, key.data(), value.data()))
      add(key);
  }
  return result;
}

std::vector<uint8_t> RunningObject::btf() const {
  const ::btf *types = bpf_object__btf(impl_->object.get());
  uint32_t size = 0;
  const void *data = types ? btf__get_raw_data(types, &size) : nullptr;
  auto *bytes = static_cast<const uint8_t *>(data);
  return data ? std::vector<uint8_t>(bytes, bytes + size)
              : std::vector<uint8_t>();
}

} // namespace whistler::backend
