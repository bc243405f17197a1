// What all scenarios share: programs run and attached, maps and ring buffers
// read, through libbpf alone, so that the same code works in the tests on this
// machine and, statically linked, as part of /init in a guest.

#include "Scenario.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <string_view>

namespace whistler::scenarios {

namespace {

bool isPerCpu(bpf_map_type type) {
  return type == BPF_MAP_TYPE_PERCPU_ARRAY ||
         type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

size_t valueBytes(const bpf_map *map) {
  size_t size = bpf_map__value_size(map);
  return isPerCpu(bpf_map__type(map))
             ? (size + 7) / 8 * 8 * size_t(libbpf_num_possible_cpus())
             : size;
}

int keepRecord(void *context, void *data, size_t size) {
  auto *bytes = static_cast<const uint8_t *>(data);
  static_cast<std::vector<Bytes> *>(context)->emplace_back(bytes, bytes + size);
  return 0;
}

} // namespace

bpf_program *Scenario::program(const char *name) {
  bpf_program *found = bpf_object__find_program_by_name(object_, name);
  if (!found)
    fail(std::string("no program ") + name);
  return found;
}

bpf_map *Scenario::map(const char *name, size_t keyBytes, size_t bytes) {
  bpf_map *found = bpf_object__find_map_by_name(object_, name);
  if (!found)
    fail(std::string("no map ") + name);
  else if ((keyBytes && bpf_map__key_size(found) != keyBytes) ||
           (bytes && bpf_map__value_size(found) != bytes))
    fail(std::string(name) +
         " has other sizes: " + std::to_string(bpf_map__key_size(found)) +
         " and " + std::to_string(bpf_map__value_size(found)));
  else
    return found;
  return nullptr;
}

int Scenario::mapFd(const char *name) {
  bpf_map *found = map(name, 0, 0);
  return found ? bpf_map__fd(found) : -1;
}

uint32_t Scenario::run(const char *name, const Bytes &packet, Bytes *out) {
  bpf_program *found = program(name);
  if (!found)
    return ~0u;
  Bytes after(packet.size() + 256);
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.data_in = packet.data();
  options.data_size_in = uint32_t(packet.size());
  options.data_out = after.data();
  options.data_size_out = uint32_t(after.size());
  options.repeat = 1;
  if (bpf_prog_test_run_opts(bpf_program__fd(found), &options)) {
    fail(std::string(name) + " can't be run: " + strerror(errno));
    return ~0u;
  }
  after.resize(options.data_size_out);
  if (out)
    *out = std::move(after);
  return options.retval;
}

bool Scenario::keep(const char *what, bpf_link *link) {
  if (!link) {
    outcome_.notAttached = std::string(what) + ": " + strerror(errno);
    return false;
  }
  links_.emplace_back(link);
  return true;
}

bool Scenario::attach() {
  bpf_program *program;
  bpf_object__for_each_program(program, object_) {
    if (!keep(bpf_program__section_name(program), bpf_program__attach(program)))
      return false;
  }
  return true;
}

bool Scenario::lookup(const char *name, const void *key, size_t keyBytes,
                      void *value, size_t bytes) {
  bpf_map *found = map(name, keyBytes, bytes);
  if (!found)
    return false;
  Bytes whole(valueBytes(found));
  if (bpf_map_lookup_elem(bpf_map__fd(found), key, whole.data()))
    return false;
  if (bytes)
    std::memcpy(value, whole.data(), bytes);
  return true;
}

void Scenario::update(const char *name, const void *key, size_t keyBytes,
                      const void *value, size_t bytes) {
  bpf_map *found = map(name, keyBytes, bytes);
  if (found && bpf_map_update_elem(bpf_map__fd(found), key, value, BPF_ANY))
    fail(std::string(name) + " can't be written: " + strerror(errno));
}

void Scenario::writeData(const void *value, size_t bytes) {
  uint32_t first = 0;
  bpf_map *map;
  bpf_object__for_each_map(map, object_) {
    if (!std::string_view(bpf_map__name(map)).ends_with(".data"))
      continue;
    if (bpf_map__value_size(map) != bytes ||
        bpf_map_update_elem(bpf_map__fd(map), &first, value, BPF_ANY))
      fail(".data can't be written");
    return;
  }
  fail("the object has no initialized global variable");
}

std::vector<std::pair<Bytes, Bytes>> Scenario::allEntries(const char *name) {
  std::vector<std::pair<Bytes, Bytes>> result;
  bpf_map *found = map(name, 0, 0);
  if (!found)
    return result;
  Bytes key(bpf_map__key_size(found)), value(valueBytes(found));
  int fd = bpf_map__fd(found);
  int more = bpf_map_get_next_key(fd, nullptr, key.data());
  while (more == 0) {
    if (bpf_map_lookup_elem(fd, key.data(), value.data()) == 0)
      result.emplace_back(key, value);
    Bytes previous = key;
    more = bpf_map_get_next_key(fd, previous.data(), key.data());
  }
  return result;
}

std::vector<uint64_t> Scenario::sums(const char *name, uint32_t key) {
  bpf_map *found = map(name, sizeof key, 0);
  if (!found)
    return {};
  std::vector<uint64_t> slots(valueBytes(found) / 8);
  if (bpf_map_lookup_elem(bpf_map__fd(found), &key, slots.data()))
    fail(std::string(name) + " has no such entry");
  size_t words = (bpf_map__value_size(found) + 7) / 8;
  std::vector<uint64_t> result(words);
  for (size_t i = 0; i < slots.size(); ++i)
    result[i % words] += slots[i];
  return result;
}

std::vector<Bytes> Scenario::drain(const char *name) {
  std::vector<Bytes> records;
  ring_buffer *ring =
      ring_buffer__new(mapFd(name), keepRecord, &records, nullptr);
  if (!ring) {
    fail(std::string(name) + " is no ring buffer");
    return records;
  }
  ring_buffer__consume(ring);
  ring_buffer__free(ring);
  return records;
}

} // namespace whistler::scenarios
