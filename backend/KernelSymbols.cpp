// The verifier replaces a helper's id by the distance of its function from
// __bpf_call_base. /proc/kallsyms tells which function that is, and the name
// of the function which helper: the UAPI header's list has every name with its
// id. Some helpers have another function by program type
// (bpf_perf_event_output_tp), and map operations are called directly
// (htab_map_update_elem); those are known by their ending.

#include "KernelSymbols.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringRef.h>

#include <linux/bpf.h>

#include <fstream>
#include <set>
#include <string>

using namespace llvm;

namespace whistler::backend {

namespace {

StringMap<uint32_t> helperIds() {
#define WHISTLER_HELPER(NAME) {"bpf_" #NAME, BPF_FUNC_##NAME}
  return {__BPF_FUNC_MAPPER(WHISTLER_HELPER)};
#undef WHISTLER_HELPER
}

struct Ending {
  StringLiteral text;
  uint32_t id;
};

constexpr Ending kMapOperations[] = {
    {"map_lookup_elem", BPF_FUNC_map_lookup_elem},
    {"map_update_elem", BPF_FUNC_map_update_elem},
    {"map_delete_elem", BPF_FUNC_map_delete_elem},
    {"map_push_elem", BPF_FUNC_map_push_elem},
    {"map_pop_elem", BPF_FUNC_map_pop_elem},
    {"map_peek_elem", BPF_FUNC_map_peek_elem},
};

/// 0 for a function that is no helper.
uint32_t helperId(const StringMap<uint32_t> &ids, StringRef function) {
  for (StringRef ending : {"", "_raw_tp", "_tp", "_pe", "_xdp", "_tracing"}) {
    StringRef name = function;
    if (!name.consume_back(ending))
      continue;
    if (auto it = ids.find(name); it != ids.end())
      return it->second;
  }
  for (const Ending &operation : kMapOperations)
    if (function.ends_with(operation.text))
      return operation.id;
  if (function.contains("event_output"))
    return BPF_FUNC_perf_event_output;
  return 0;
}

/// Addresses of the functions asked for, by one pass over the symbols.
class Symbols {
public:
  /// False when the addresses are hidden.
  bool findBase() {
    std::ifstream file("/proc/kallsyms");
    uint64_t address = 0;
    std::string type, name, rest;
    while (file >> std::hex >> address >> type >> name) {
      std::getline(file, rest);
      if (name == "__bpf_call_base") {
        base_ = address;
        return base_ != 0;
      }
    }
    return false;
  }

  /// Distance to helper id. A function may have several names.
  std::map<int32_t, uint32_t> ids(const std::set<int32_t> &distances) {
    std::map<int32_t, uint32_t> result;
    StringMap<uint32_t> known = helperIds();
    std::ifstream file("/proc/kallsyms");
    std::string line;
    while (std::getline(file, line)) {
      auto [address, tail] = StringRef(line).split(' ');
      uint64_t value = 0;
      if (address.getAsInteger(16, value))
        continue;
      int64_t distance = int64_t(value - base_);
      if (distance != int32_t(distance) || !distances.count(int32_t(distance)))
        continue;
      StringRef name = tail.split(' ').second.split('\t').first;
      if (uint32_t id = helperId(known, name))
        result.emplace(int32_t(distance), id);
    }
    return result;
  }

private:
  uint64_t base_ = 0;
};

} // namespace

std::map<uint32_t, unsigned>
countHelpers(const std::vector<int32_t> &distances) {
  std::map<uint32_t, unsigned> result;
  Symbols symbols;
  if (distances.empty() || !symbols.findBase())
    return result;
  std::map<int32_t, uint32_t> ids =
      symbols.ids(std::set<int32_t>(distances.begin(), distances.end()));
  for (int32_t distance : distances)
    if (auto it = ids.find(distance); it != ids.end())
      ++result[it->second];
  return result;
}

} // namespace whistler::backend
