// Runs a program on request and collects what it left in its maps and ring
// buffers, in an order that doesn't depend on hashing, so that two modes of
// one program can be compared by value.

#include "ProgramRun.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <map>
#include <string_view>

namespace whistler::matrix {

namespace {

constexpr size_t kHexBytes = 512;
constexpr size_t kMaxEntries = 8192;

/// A TCP SYN from 10.0.0.1:4660 to 10.0.0.2:80, padded to 64 bytes.
constexpr unsigned char kPacket[64] = {
    2,  0,  0,    0,    0, 2,  2,  0, 0,    0,    0,  1, 8, 0, 0x45, 0,
    0,  50, 0,    1,    0, 0,  64, 6, 0x66, 0xc3, 10, 0, 0, 1, 10,   0,
    0,  2,  0x12, 0x34, 0, 80, 0,  0, 0,    1,    0,  0, 0, 0, 0x50, 2,
    16, 0,  0,    0,    0, 0,  1,  2, 3,    4,    5,  6, 7, 8, 9,    10};

uint64_t hashBytes(std::string_view bytes, uint64_t hash) {
  for (unsigned char c : bytes)
    hash = (hash ^ c) * 0x100000001b3; // FNV-1a
  return hash;
}
constexpr uint64_t kHashStart = 0xcbf29ce484222325;

class Collector {
public:
  explicit Collector(std::string name) {
    values_.name = std::move(name);
    values_.hash = kHashStart;
  }
  void add(std::string_view bytes) {
    ++values_.entries;
    values_.hash = hashBytes(bytes, values_.hash);
    if (!values_.hex.empty())
      values_.hex += ' ';
    for (unsigned char c : bytes) {
      if (values_.hex.size() >= 2 * kHexBytes)
        return;
      char digits[3];
      snprintf(digits, sizeof(digits), "%02x", c);
      values_.hex += digits;
    }
  }
  MapValues values() const { return values_; }

private:
  MapValues values_;
};

bool isPerCpu(bpf_map_type type) {
  return type == BPF_MAP_TYPE_PERCPU_ARRAY ||
         type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool isReadable(bpf_map_type type) {
  return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_HASH ||
         type == BPF_MAP_TYPE_LRU_HASH || isPerCpu(type);
}

/// ".bss" of "k1.bss": libbpf puts the object's name in front.
std::string stableName(const bpf_map *map) {
  std::string name = bpf_map__name(map);
  size_t dot = name.find('.');
  return dot == name.npos ? name : name.substr(dot);
}

MapValues readMap(const bpf_map *map) {
  size_t valueSize = bpf_map__value_size(map);
  if (isPerCpu(bpf_map__type(map)))
    valueSize = (valueSize + 7) / 8 * 8 * libbpf_num_possible_cpus();
  std::string key(bpf_map__key_size(map), '\0'), value(valueSize, '\0');
  std::map<std::string, std::string> entries;
  int fd = bpf_map__fd(map);
  int more = bpf_map_get_next_key(fd, nullptr, key.data());
  while (more == 0 && entries.size() < kMaxEntries) {
    bool zero = bpf_map_lookup_elem(fd, key.data(), value.data()) != 0 ||
                (bpf_map__type(map) != BPF_MAP_TYPE_HASH &&
                 value.find_first_not_of('\0') == value.npos);
    if (!zero)
      entries[key] = value;
    std::string previous = key;
    more = bpf_map_get_next_key(fd, previous.data(), key.data());
  }
  Collector collector(stableName(map));
  for (const auto &[entryKey, entryValue] : entries)
    collector.add(entryKey + entryValue);
  return collector.values();
}

int addRecord(void *records, void *data, size_t size) {
  static_cast<std::vector<std::string> *>(records)->emplace_back(
      static_cast<char *>(data), size);
  return 0;
}

enum class Input { None, Packet, Context };

Input inputOf(bpf_prog_type type) {
  switch (type) {
  case BPF_PROG_TYPE_XDP:
  case BPF_PROG_TYPE_SCHED_CLS:
  case BPF_PROG_TYPE_SCHED_ACT:
  case BPF_PROG_TYPE_SOCKET_FILTER:
  case BPF_PROG_TYPE_CGROUP_SKB:
    return Input::Packet;
  case BPF_PROG_TYPE_RAW_TRACEPOINT:
  case BPF_PROG_TYPE_SYSCALL:
    return Input::Context;
  default:
    return Input::None;
  }
}

} // namespace

void FreeRing::operator()(ring_buffer *ring) const { ring_buffer__free(ring); }

MapReader::MapReader(bpf_object *object) : object_(object) {
  bpf_map *map;
  bpf_object__for_each_map(map, object) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
      continue;
    auto records = std::make_unique<std::vector<std::string>>();
    ring_buffer *ring =
        ring_buffer__new(bpf_map__fd(map), addRecord, records.get(), nullptr);
    if (ring)
      rings_.push_back({map, std::move(records),
                        std::unique_ptr<ring_buffer, FreeRing>(ring)});
  }
}

std::vector<MapValues> MapReader::read() {
  std::vector<MapValues> all;
  for (Ring &ring : rings_) {
    ring_buffer__consume(ring.buffer.get());
    Collector collector(stableName(ring.map));
    for (const std::string &record : *ring.records)
      collector.add(record);
    ring.records->clear();
    all.push_back(collector.values());
  }
  bpf_map *map;
  bpf_object__for_each_map(map, object_) {
    std::string name = stableName(map);
    bool isConstant = name.rfind(".rodata", 0) == 0 || name == ".kconfig";
    bool isScratch = name == "whistler_spill"; // of the compiler's, not theirs
    if (!isConstant && !isScratch && isReadable(bpf_map__type(map)))
      all.push_back(readMap(map));
  }
  return all;
}

/// A hash loses its entries; an entry of an array, which can't be deleted, is
/// overwritten with zeros.
static void clearMap(const bpf_map *map) {
  int fd = bpf_map__fd(map);
  std::string key(bpf_map__key_size(map), '\0'), next = key;
  std::string zeros((bpf_map__value_size(map) + 7) / 8 * 8 *
                        size_t(libbpf_num_possible_cpus()),
                    '\0');
  bool more = bpf_map_get_next_key(fd, nullptr, key.data()) == 0;
  while (more) {
    more = bpf_map_get_next_key(fd, key.data(), next.data()) == 0;
    if (bpf_map_delete_elem(fd, key.data()))
      bpf_map_update_elem(fd, key.data(), zeros.data(), BPF_ANY);
    key = next;
  }
}

void MapReader::clear() {
  read(); // takes the records out
  bpf_map *map;
  bpf_object__for_each_map(map, object_) {
    std::string name = stableName(map);
    if (isReadable(bpf_map__type(map)) && (name[0] != '.' || name == ".bss"))
      clearMap(map);
  }
}

bool canRun(bpf_prog_type type) { return inputOf(type) != Input::None; }

void writeMaps(JsonLine &line, const std::vector<MapValues> &maps) {
  line.open("maps");
  for (const MapValues &map : maps) {
    line.open(map.name);
    line.number("entries", static_cast<int64_t>(map.entries));
    line.text("hash", std::to_string(map.hash));
    line.text("hex", map.hex);
    line.close();
  }
  line.close();
}

void RunResult::write(JsonLine &line) const {
  line.number("error", error);
  line.number("returned", returned);
  line.text("packet", std::to_string(packetHash));
  writeMaps(line, maps);
}

std::optional<RunResult> runProgram(const LoadedProgram &loaded) {
  Input input = inputOf(bpf_program__type(loaded.program));
  if (input == Input::None)
    return std::nullopt;
  unsigned char packet[256];
  uint64_t context[12] = {};
  bpf_test_run_opts options = {};
  options.sz = sizeof(options);
  if (input == Input::Packet) {
    options.data_in = kPacket;
    options.data_size_in = sizeof(kPacket);
    options.data_out = packet;
    options.data_size_out = sizeof(packet);
    options.repeat = 1;
  } else {
    options.ctx_in = context;
    options.ctx_size_in = sizeof(context);
  }
  RunResult result;
  if (bpf_prog_test_run_opts(bpf_program__fd(loaded.program), &options)) {
    result.error = errno;
    return result;
  }
  result.returned = options.retval;
  if (input == Input::Packet)
    result.packetHash = hashBytes(
        {reinterpret_cast<char *>(packet), options.data_size_out}, kHashStart);
  return result;
}

} // namespace whistler::matrix
