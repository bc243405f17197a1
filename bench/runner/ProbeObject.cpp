// A loaded probe, closer to libbpf than backend::LoadedObject is: timing needs
// a ring buffer that stays mapped and is emptied without a copy, and a program
// without its siblings.
#include "ProbeObject.h"

#include <llvm/ADT/StringExtras.h>

#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>

using namespace llvm;

namespace whistler::bench {

namespace {

constexpr size_t kRecordHeader = 8;

template <typename... Values>
Error failed(int number, const char *format, const Values &...values) {
  return createStringError(std::error_code(number, std::generic_category()),
                           format, values...);
}

bool isArray(const bpf_map *map) {
  return bpf_map__type(map) == BPF_MAP_TYPE_ARRAY;
}

} // namespace

void silenceLibbpf() {
  libbpf_set_print([](libbpf_print_level, const char *, va_list) { return 0; });
}

ProbeObject::~ProbeObject() = default;

Expected<std::unique_ptr<ProbeObject>>
ProbeObject::load(const std::string &path, const std::string &name) {
  std::unique_ptr<ProbeObject> result(new ProbeObject);
  result->object_.reset(bpf_object__open_file(path.c_str(), nullptr));
  if (!result->object_)
    return failed(errno, "%s: %s", path.c_str(), strerror(errno));
  bpf_program *program = nullptr;
  bpf_object__for_each_program(program, result->object_.get()) {
    bool wanted = bpf_program__name(program) == name;
    bpf_program__set_autoload(program, wanted);
    if (wanted)
      result->program_ = program;
  }
  if (!result->program_)
    return failed(ENOENT, "%s: no program `%s`", path.c_str(), name.c_str());
  if (int error = bpf_object__load(result->object_.get()))
    return failed(-error, "%s: `%s` is not accepted: %s", path.c_str(),
                  name.c_str(), strerror(-error));
  result->openRing();
  return result;
}

void ProbeObject::openRing() {
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, object_.get()) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
      continue;
    ringBytes_ = bpf_map__max_entries(map);
    ring_.reset(ring_buffer__new(bpf_map__fd(map), onRecord, this, nullptr));
  }
}

Expected<ProbeObject::Run> ProbeObject::run(uint32_t repeat,
                                            ArrayRef<uint32_t> context) {
  uint8_t packet[64] = {}, out[512];
  LIBBPF_OPTS(bpf_test_run_opts, options);
  std::vector<uint32_t> given = context.vec();
  if (given.empty()) {
    options.data_in = packet;
    options.data_size_in = sizeof packet;
    options.data_out = out;
    options.data_size_out = sizeof out;
    options.repeat = int(repeat);
  } else {
    options.ctx_in = given.data();
    options.ctx_size_in = uint32_t(given.size() * sizeof given[0]);
  }
  int error = bpf_prog_test_run_opts(bpf_program__fd(program_), &options);
  if (error)
    return failed(-error, "`%s` can't be run: %s", bpf_program__name(program_),
                  strerror(-error));
  return Run{options.retval, options.duration};
}

int ProbeObject::onRecord(void *self, void *data, size_t size) {
  auto *probe = static_cast<ProbeObject *>(self);
  ++probe->seen_;
  probe->recordBytes_ = size;
  if (probe->sink_) {
    auto *bytes = static_cast<const uint8_t *>(data);
    probe->sink_->emplace_back(bytes, bytes + size);
  }
  return 0;
}

size_t ProbeObject::drain() {
  seen_ = 0;
  if (ring_)
    ring_buffer__consume(ring_.get());
  return seen_;
}

std::vector<std::vector<uint8_t>> ProbeObject::takeRecords() {
  std::vector<std::vector<uint8_t>> records;
  sink_ = &records;
  drain();
  sink_ = nullptr;
  return records;
}

size_t ProbeObject::recordsThatFit() const {
  if (!ring_)
    return 0;
  return ringBytes_ / (alignTo(recordBytes_, 8) + kRecordHeader);
}

Error ProbeObject::setBases(ArrayRef<uint64_t> addresses) {
  bpf_map *map = bpf_object__find_map_by_name(object_.get(), "bases");
  if (!map)
    return Error::success();
  for (uint32_t key = 0; key < addresses.size(); ++key)
    if (bpf_map_update_elem(bpf_map__fd(map), &key, &addresses[key], BPF_ANY))
      return failed(errno, "map `bases` can't be written: %s", strerror(errno));
  return Error::success();
}

Expected<std::vector<uint64_t>> ProbeObject::bases() const {
  bpf_map *map = bpf_object__find_map_by_name(object_.get(), "bases");
  if (!map)
    return failed(ENOENT, "no map `bases`");
  std::vector<uint64_t> addresses(bpf_map__max_entries(map));
  for (uint32_t key = 0; key < addresses.size(); ++key)
    if (bpf_map_lookup_elem(bpf_map__fd(map), &key, &addresses[key]))
      return failed(errno, "map `bases` can't be read: %s", strerror(errno));
  return addresses;
}

/// Calls `visit(map, key, value)` for each entry of the maps that are the
/// program's own, in the order of their keys.
template <typename Visitor>
void ProbeObject::forEachDataMap(Visitor visit) const {
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, object_.get()) {
    if (!bpf_map__key_size(map) || bpf_map__is_internal(map) ||
        StringRef(bpf_map__name(map)) == "bases")
      continue;
    std::vector<std::vector<uint8_t>> keys;
    std::vector<uint8_t> key(bpf_map__key_size(map)), next = key;
    const void *previous = nullptr;
    while (!bpf_map_get_next_key(bpf_map__fd(map), previous, next.data())) {
      keys.push_back(next);
      key = next;
      previous = key.data();
    }
    std::sort(keys.begin(), keys.end());
    std::vector<uint8_t> value(bpf_map__value_size(map));
    for (const std::vector<uint8_t> &present : keys)
      if (!bpf_map_lookup_elem(bpf_map__fd(map), present.data(), value.data()))
        visit(map, present, value);
  }
}

std::string ProbeObject::mapContents() const {
  std::string text;
  forEachDataMap([&](bpf_map *map, const std::vector<uint8_t> &key,
                     const std::vector<uint8_t> &value) {
    if (isArray(map) && all_of(value, [](uint8_t byte) { return !byte; }))
      return;
    text += std::string(" ") + bpf_map__name(map) + "[" + toHex(key, true) +
            "]=" + toHex(value, true);
  });
  return text;
}

void ProbeObject::clearMaps() {
  forEachDataMap([](bpf_map *map, const std::vector<uint8_t> &key,
                    std::vector<uint8_t> value) {
    std::fill(value.begin(), value.end(), uint8_t(0));
    if (isArray(map))
      bpf_map_update_elem(bpf_map__fd(map), key.data(), value.data(), BPF_ANY);
    else
      bpf_map_delete_elem(bpf_map__fd(map), key.data());
  });
}

} // namespace whistler::bench
