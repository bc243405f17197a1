// defmap: sizes follow from types, and what the kernel would refuse when the
// map is created (map_alloc_check of its type) is said here, with the option
// that is wrong.

#include "Analyzer.h"

#include <linux/bpf.h>

namespace whistler::compiler {

std::shared_ptr<const ir::DataType> dataType(const MemoryType &type);

namespace {

struct MapOptions {
  const Form *type = nullptr, *keySize = nullptr, *valueSize = nullptr,
             *keyType = nullptr, *valueType = nullptr, *maxEntries = nullptr,
             *mapFlags = nullptr, *pinning = nullptr;
};

struct OptionRow {
  const char *keyword;
  const Form *MapOptions::*field;
};

constexpr OptionRow kOptions[] = {
    {"TYPE", &MapOptions::type},
    {"KEY-SIZE", &MapOptions::keySize},
    {"VALUE-SIZE", &MapOptions::valueSize},
    {"KEY-TYPE", &MapOptions::keyType},
    {"VALUE-TYPE", &MapOptions::valueType},
    {"MAX-ENTRIES", &MapOptions::maxEntries},
    {"MAP-FLAGS", &MapOptions::mapFlags},
    {"PINNING", &MapOptions::pinning},
};

bool setOption(Analyzer &a, MapOptions &options, const Form *keyword,
               const Form *value) {
  std::vector<std::string> names;
  for (const OptionRow &row : kOptions) {
    if (keyword->isKeyword() && keyword->symbol->name == row.keyword) {
      options.*row.field = value;
      return true;
    }
    names.push_back(":" + llvm::StringRef(row.keyword).lower());
  }
  std::string name = toString(keyword);
  a.report(keyword, Kind::UnknownOption,
           {name, "defmap", didYouMean(name, names)});
  return false;
}

std::optional<MapOptions> parseOptions(Analyzer &a, const Form *form,
                                       Forms rest) {
  MapOptions options;
  if (rest.size() % 2 != 0) {
    a.report(rest.back(), Kind::OptionWithoutValue, {toString(rest.back())});
    return std::nullopt;
  }
  bool isRight = true;
  for (size_t i = 0; i < rest.size(); i += 2)
    isRight &= setOption(a, options, rest[i], rest[i + 1]);
  if (isRight)
    return options;
  return std::nullopt;
}

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

bool require(Analyzer &a, const Form *form, const MapTypeRow &type, Side &side,
             uint64_t defaultBytes) {
  if (side.bytes == 0)
    side.bytes = defaultBytes;
  if (side.bytes != 0)
    return true;
  a.report(form, Kind::MissingSize,
           {":" + llvm::StringRef(type.keyword).lower(), side.sizeOption,
            side.typeOption});
  return false;
}

bool exactly(Analyzer &a, const Form *form, const MapTypeRow &type, Side &side,
             uint64_t bytes) {
  if (side.bytes == 0 || side.bytes == bytes) {
    side.bytes = bytes;
    return true;
  }
  const Form *at = side.size ? side.size : side.type ? side.type : form;
  a.report(at, Kind::WrongSize,
           {":" + llvm::StringRef(type.keyword).lower(),
            side.size ? side.sizeOption : side.typeOption,
            std::to_string(bytes), std::to_string(side.bytes)});
  return false;
}

bool checkSides(Analyzer &a, const Form *form, const MapTypeRow &type,
                Side &key, Side &value) {
  switch (type.shape) {
  case MapShape::Hash: {
    bool hasKey = require(a, form, type, key, 0);
    return require(a, form, type, value, 0) && hasKey;
  }
  case MapShape::Array:
    return exactly(a, form, type, key, 4) && require(a, form, type, value, 0);
  case MapShape::Ring:
    return exactly(a, form, type, key, 0) && exactly(a, form, type, value, 0);
  case MapShape::Queue:
    return exactly(a, form, type, key, 0) && require(a, form, type, value, 0);
  case MapShape::Fds:
    return exactly(a, form, type, key, 4) && require(a, form, type, value, 4);
  case MapShape::Storage:
    return exactly(a, form, type, key, 4) && require(a, form, type, value, 0);
  }
  return false;
}

bool setEntries(Analyzer &a, const Form *form, const MapTypeRow &type,
                const MapOptions &options, ir::MapDefinition &map) {
  if (options.maxEntries == nullptr) {
    if (type.shape == MapShape::Storage ||
        type.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
      return true; // none to give, or one for each CPU
    a.report(form, Kind::MissingOption, {"defmap", ":max-entries"});
    return false;
  }
  std::optional<uint64_t> entries = a.constant(options.maxEntries);
  if (!entries)
    return false;
  map.maxEntries = *entries;
  bool isPower = (*entries & (*entries - 1)) == 0;
  if (type.shape == MapShape::Ring && (!isPower || *entries % 4096 != 0)) {
    a.report(options.maxEntries, Kind::RingSize, {std::to_string(*entries)});
    return false;
  }
  if (*entries <= UINT32_MAX &&
      (*entries != 0 || type.shape == MapShape::Storage))
    return true;
  a.report(options.maxEntries, Kind::BadOptionValue,
           {":max-entries", std::to_string(*entries)});
  return false;
}

bool setFlags(Analyzer &a, const MapTypeRow &type, const MapOptions &options,
              ir::MapDefinition &map) {
  if (options.mapFlags) {
    std::optional<uint64_t> flags = a.constant(options.mapFlags);
    if (!flags)
      return false;
    map.flags = uint32_t(*flags);
  }
  // The kernel takes these two kinds only without preallocation.
  if (type.shape == MapShape::Storage || type.type == BPF_MAP_TYPE_LPM_TRIE)
    map.flags |= BPF_F_NO_PREALLOC;
  if (options.pinning == nullptr)
    return true;
  map.pinByName = options.pinning->isKeyword() &&
                  options.pinning->symbol->name == "BY-NAME";
  if (!map.pinByName)
    a.report(options.pinning, Kind::BadOptionValue,
             {":pinning", toString(options.pinning)});
  return map.pinByName;
}

std::shared_ptr<const ir::DataType> mapSideType(const Side &side) {
  return side.memory ? dataType(*side.memory) : nullptr;
}

bool buildMap(Analyzer &a, const Form *form, const Form *name, Forms rest) {
  std::optional<MapOptions> options = parseOptions(a, form, rest);
  if (!options)
    return false;
  const MapTypeRow *type = mapType(a, form, *options);
  if (type == nullptr)
    return false;
  Side key{":key-type", ":key-size", options->keyType, options->keySize, {}};
  Side value{
      ":value-type", ":value-size", options->valueType, options->valueSize, {}};
  ir::MapDefinition map;
  map.name = cName(name);
  map.type = type->type;
  bool isRight = measure(a, key);
  isRight &= measure(a, value);
  isRight = isRight && checkSides(a, form, *type, key, value);
  isRight &= setEntries(a, form, *type, *options, map);
  isRight &= setFlags(a, *type, *options, map);
  if (!isRight)
    return false;
  map.keyBytes = uint32_t(key.bytes);
  map.valueBytes = uint32_t(value.bytes);
  map.key = mapSideType(key);
  map.value = mapSideType(value);
  MapInfo info;
  info.index = uint32_t(a.result.maps.size());
  info.type = type;
  info.keyBytes = key.bytes;
  info.valueBytes = value.bytes;
  info.key = key.memory;
  info.value = value.memory;
  a.maps[map.name] = std::move(info);
  a.result.maps.push_back(std::move(map));
  a.result.mapSpans.push_back(form->span);
  return true;
}

} // namespace

void declareMap(Analyzer &a, const Form *form, Forms args) {
  if (args.empty() || !args[0]->isSymbol()) {
    a.report(form, Kind::MissingName, {"defmap"});
    return;
  }
  if (a.maps.count(cName(args[0]))) {
    a.report(args[0], Kind::DuplicateName, {toString(args[0])});
    return;
  }
  if (!buildMap(a, form, args[0], args.drop_front()))
    a.brokenNames.insert(args[0]->symbol);
}

} // namespace whistler::compiler
