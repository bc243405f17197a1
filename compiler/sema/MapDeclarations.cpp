// defmap: sizes follow from types, and what the kernel would refuse when the
// map is created (map_alloc_check of its type) is said here, with the option
// that is wrong.

#include "KeywordOptions.h"

#include <linux/bpf.h>

namespace whistler::compiler {

namespace {

struct MapOptions {
  const Form *type = nullptr, *keySize = nullptr, *valueSize = nullptr,
             *keyType = nullptr, *valueType = nullptr, *maxEntries = nullptr,
             *mapFlags = nullptr, *pinning = nullptr, *mapExtra = nullptr,
             *numaNode = nullptr, *inner = nullptr, *values = nullptr;
};

constexpr KeywordOption<MapOptions> kOptions[] = {
    {"TYPE", &MapOptions::type},
    {"KEY-SIZE", &MapOptions::keySize},
    {"VALUE-SIZE", &MapOptions::valueSize},
    {"KEY-TYPE", &MapOptions::keyType},
    {"VALUE-TYPE", &MapOptions::valueType},
    {"MAX-ENTRIES", &MapOptions::maxEntries},
    {"MAP-FLAGS", &MapOptions::mapFlags},
    {"PINNING", &MapOptions::pinning},
    {"MAP-EXTRA", &MapOptions::mapExtra},
    {"NUMA-NODE", &MapOptions::numaNode},
    {"INNER", &MapOptions::inner},
    {"VALUES", &MapOptions::values},
};

const MapTypeRow *mapType(Analyzer &a, const Form *form,
                          const MapOptions &options) {
  if (options.type == nullptr) {
    a.report(form, Kind::MissingOption, {"defmap", ":type"});
    return nullptr;
  }
  if (options.type->isKeyword())
    if (const MapTypeRow *row = findMapType(options.type->symbol->name))
      return row;
  std::vector<std::string> names;
  for (const MapTypeRow &row : mapTypes())
    names.push_back(":" + llvm::StringRef(row.keyword).lower());
  std::string name = toString(options.type);
  a.report(options.type, Kind::UnknownMapType, {name, didYouMean(name, names)});
  return nullptr;
}

/// Key or value: its type when one is given, and its size.
struct Side {
  const char *typeOption, *sizeOption;
  const Form *type, *size;
  std::optional<MemoryType> memory;
  uint64_t bytes = 0;
};

bool measure(Analyzer &a, Side &side) {
  if (side.type) {
    side.memory = a.parseType(side.type);
    if (!side.memory)
      return false;
    side.bytes = side.memory->bytes;
  }
  if (side.size == nullptr)
    return true;
  std::optional<uint64_t> bytes = a.constant(side.size);
  if (!bytes)
    return false;
  if (side.memory && *bytes != side.bytes) {
    a.report(side.size, Kind::SizesDisagree,
             {side.sizeOption, std::to_string(*bytes), side.typeOption,
              std::to_string(side.bytes)});
    return false;
  }
  side.bytes = *bytes;
  if (side.bytes != 0 && side.bytes <= UINT32_MAX)
    return true;
  a.report(side.size, Kind::BadOptionValue,
           {side.sizeOption, std::to_string(side.bytes)});
  return false;
}

std::string keywordOf(const MapTypeRow &type) {
  return ":" + llvm::StringRef(type.keyword).lower();
}

bool require(Analyzer &a, const Form *form, const MapTypeRow &type,
             const Side &side) {
  if (side.bytes != 0)
    return true;
  a.report(form, Kind::MissingSize,
           {keywordOf(type), side.sizeOption, side.typeOption});
  return false;
}

/// The side has one of these sizes, the first when none is given; `wanted` is
/// what a message says.
bool oneOf(Analyzer &a, const Form *form, const MapTypeRow &type, Side &side,
           llvm::ArrayRef<uint64_t> sizes, const char *wanted) {
  if (side.bytes == 0 && side.size == nullptr && side.type == nullptr)
    side.bytes = sizes.front();
  if (llvm::is_contained(sizes, side.bytes))
    return true;
  const Form *at = side.size ? side.size : side.type ? side.type : form;
  const char *option = side.size ? side.sizeOption : side.typeOption;
  if (sizes.front() == 0)
    a.report(at, Kind::NoSuchSize, {keywordOf(type), option});
  else
    a.report(at, Kind::WrongSize,
             {keywordOf(type), option, wanted, std::to_string(side.bytes)});
  return false;
}

/// The side has a size within bounds.
bool within(Analyzer &a, const Form *form, const MapTypeRow &type, Side &side,
            uint64_t least, uint64_t most) {
  if (!require(a, form, type, side))
    return false;
  if (side.bytes >= least && side.bytes <= most)
    return true;
  std::string wanted = std::to_string(least) + " to " + std::to_string(most);
  const Form *at = side.size ? side.size : side.type;
  a.report(at, Kind::WrongSize,
           {keywordOf(type), side.size ? side.sizeOption : side.typeOption,
            wanted, std::to_string(side.bytes)});
  return false;
}

bool checkKey(Analyzer &a, const Form *form, const MapTypeRow &type,
              Side &key) {
  switch (type.key) {
  case MapKey::None:
    return oneOf(a, form, type, key, {0}, "0");
  case MapKey::Any:
    return within(a, form, type, key, 1, 512); // MAX_BPF_STACK
  case MapKey::Index:
    return oneOf(a, form, type, key, {4}, "4");
  case MapKey::Prefix:
    return within(a, form, type, key, 5, 260);
  case MapKey::Cgroup:
    return oneOf(a, form, type, key, {8, 16}, "8 or 16");
  }
  return false;
}

bool checkValue(Analyzer &a, const Form *form, const MapTypeRow &type,
                Side &value) {
  switch (type.value) {
  case MapValue::None:
    return oneOf(a, form, type, value, {0}, "0");
  case MapValue::Any:
    return require(a, form, type, value);
  case MapValue::PerCpu:
    return within(a, form, type, value, 1, 32768); // PCPU_MIN_UNIT_SIZE
  case MapValue::Four:
  case MapValue::Inner:
    return oneOf(a, form, type, value, {4}, "4");
  case MapValue::FourOrEight:
    return oneOf(a, form, type, value, {4, 8}, "4 or 8");
  case MapValue::Stack:
    if (!require(a, form, type, value))
      return false;
    return value.bytes % 8 == 0 ||
           oneOf(a, form, type, value, {8}, "a multiple of 8");
  }
  return false;
}

bool badEntries(Analyzer &a, const Form *at, uint64_t entries) {
  a.report(at, Kind::BadOptionValue,
           {":max-entries",
            at->isInteger() ? toString(at) : std::to_string(entries)});
  return false;
}

bool setEntries(Analyzer &a, const Form *form, const MapTypeRow &type,
                const MapOptions &options, ir::MapDefinition &map) {
  bool isOptional =
      type.entries == MapEntries::None || type.entries == MapEntries::Optional;
  if (options.maxEntries == nullptr) {
    if (!isOptional)
      a.report(form, Kind::MissingOption, {"defmap", ":max-entries"});
    return isOptional;
  }
  std::optional<uint64_t> entries = a.constant(options.maxEntries);
  if (!entries)
    return false;
  map.maxEntries = *entries;
  bool isPower = (*entries & (*entries - 1)) == 0;
  if (type.entries == MapEntries::Ring && (!isPower || *entries % 4096 != 0)) {
    a.report(options.maxEntries, Kind::RingSize, {std::to_string(*entries)});
    return false;
  }
  if (type.entries == MapEntries::None && *entries != 0)
    return badEntries(a, options.maxEntries, *entries);
  return (*entries <= UINT32_MAX && (*entries != 0 || isOptional)) ||
         badEntries(a, options.maxEntries, *entries);
}

/// A constant of 32 bits, when the option is there.
bool setNumber(Analyzer &a, const Form *option, const char *name,
               std::optional<uint64_t> &number) {
  if (option == nullptr)
    return true;
  number = a.constant(option);
  if (!number || *number <= UINT32_MAX)
    return number.has_value();
  a.report(option, Kind::BadOptionValue, {name, toString(option)});
  return false;
}

bool setFlags(Analyzer &a, const MapTypeRow &type, const MapOptions &options,
              ir::MapDefinition &map) {
  std::optional<uint64_t> flags, extra, node;
  if (!setNumber(a, options.mapFlags, ":map-flags", flags) ||
      !setNumber(a, options.mapExtra, ":map-extra", extra) ||
      !setNumber(a, options.numaNode, ":numa-node", node))
    return false;
  map.flags = uint32_t(flags.value_or(0));
  map.extra = extra.value_or(0);
  if (node) {
    map.numaNode = uint32_t(*node);
    map.flags |= BPF_F_NUMA_NODE;
  }
  // The kernel takes these kinds only without preallocation.
  if (type.entries == MapEntries::None && type.key == MapKey::Index)
    map.flags |= BPF_F_NO_PREALLOC;
  if (type.type == BPF_MAP_TYPE_LPM_TRIE)
    map.flags |= BPF_F_NO_PREALLOC;
  bool isLru = type.type == BPF_MAP_TYPE_LRU_HASH ||
               type.type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  if (isLru && (map.flags & BPF_F_NO_PREALLOC)) {
    a.report(options.mapFlags, Kind::BadOptionValue,
             {":map-flags", toString(options.mapFlags)});
    return false;
  }
  return true;
}

bool setPinning(Analyzer &a, const MapOptions &options,
                ir::MapDefinition &map) {
  if (options.pinning == nullptr)
    return true;
  map.pinByName = options.pinning->isKeyword() &&
                  options.pinning->symbol->name == "BY-NAME";
  if (!map.pinByName)
    a.report(options.pinning, Kind::BadOptionValue,
             {":pinning", toString(options.pinning)});
  return map.pinByName;
}

/// The kernel makes storage only when BTF says what key and value are
/// (bpf_local_storage_map_alloc_check): integers and bytes if nothing is said.
void describeStorage(Side &key, Side &value) {
  if (!key.memory) {
    key.memory.emplace();
    key.memory->bytes = key.bytes <= 8 ? key.bytes : 8;
    key.memory->isSigned = true;
  }
  if (value.memory)
    return;
  MemoryType byte;
  byte.bytes = 1;
  value.memory.emplace();
  value.memory->kind = MemoryType::Kind::Array;
  value.memory->bytes = value.memory->count = value.bytes;
  value.memory->element = std::make_shared<const MemoryType>(byte);
}

std::shared_ptr<const ir::DataType> mapSideType(const Side &side) {
  return side.memory ? dataType(*side.memory) : nullptr;
}

} // namespace

bool defineMap(Analyzer &a, const Form *form, Forms rest, MapInfo &info,
               ir::MapDefinition &map) {
  auto [options, isKnown] = parseKeywordOptions(
      a, rest, kOptions, "defmap",
      [](llvm::StringRef name) { return findMapType(name) != nullptr; });
  if (!isKnown)
    return false;
  const MapTypeRow *type = mapType(a, form, options);
  if (type == nullptr)
    return false;
  Side key{":key-type", ":key-size", options.keyType, options.keySize, {}};
  Side value{
      ":value-type", ":value-size", options.valueType, options.valueSize, {}};
  map.type = type->type;
  bool isRight = measure(a, key);
  isRight &= measure(a, value);
  if (isRight) {
    isRight &= checkKey(a, form, *type, key);
    isRight &= checkValue(a, form, *type, value);
  }
  isRight &= setEntries(a, form, *type, options, map);
  isRight &= setFlags(a, *type, options, map);
  isRight &= setPinning(a, options, map);
  if (!isRight)
    return false;
  if (type->entries == MapEntries::None)
    describeStorage(key, value);
  map.keyBytes = uint32_t(key.bytes);
  map.valueBytes = uint32_t(value.bytes);
  map.key = mapSideType(key);
  map.value = mapSideType(value);
  info.type = type;
  info.keyBytes = key.bytes;
  info.valueBytes = value.bytes;
  info.key = key.memory;
  info.value = value.memory;
  return setMapValues(a, form, options.inner, options.values, *type, info, map);
}

void declareMap(Analyzer &a, const Form *form, Forms args) {
  if (args.empty() || !args[0]->isSymbol()) {
    a.report(form, Kind::MissingName, {"defmap"});
    return;
  }
  if (!a.claim(args[0]))
    return;
  ir::MapDefinition map;
  map.name = cName(args[0]);
  MapInfo info;
  info.index = uint32_t(a.result.maps.size());
  if (!defineMap(a, form, args.drop_front(), info, map)) {
    a.brokenNames.insert(args[0]->symbol);
    return;
  }
  a.maps[map.name] = std::move(info);
  a.result.maps.push_back(std::move(map));
  a.result.mapSpans.push_back(form->span);
}

} // namespace whistler::compiler
