// The maps of an opened object, and the types that its BTF gives them.
//
// libbpf knows the types of keys and values. A ring buffer may have neither
// (the kernel refuses one with a value size), so what programs put into it is
// told by the element type of `value_size`, an array of no elements there:
// loaders look at the length only, `struct event (*value_size)[0]` in C.

#include "RunningObject.h"

#include <bpf/btf.h>
#include <linux/bpf.h>

#include <cstring>

using namespace llvm;

namespace whistler::backend {

namespace {

const btf_type *skipModifiers(const btf *types, uint32_t &id) {
  const btf_type *type = btf__type_by_id(types, id);
  while (type && (btf_is_mod(type) || btf_is_typedef(type))) {
    id = type->type;
    type = btf__type_by_id(types, id);
  }
  return type;
}

/// The struct that defines map `name`: the type of its variable in .maps.
const btf_type *definition(const btf *types, const char *name) {
  int32_t id = btf__find_by_name_kind(types, name, BTF_KIND_VAR);
  if (id < 0)
    return nullptr;
  uint32_t type = btf__type_by_id(types, uint32_t(id))->type;
  const btf_type *found = skipModifiers(types, type);
  return found && btf_is_composite(found) ? found : nullptr;
}

uint32_t recordType(const btf *types, const char *name) {
  const btf_type *map = definition(types, name);
  for (uint16_t i = 0; map && i < btf_vlen(map); ++i) {
    const btf_member &member = btf_members(map)[i];
    if (std::strcmp(btf__name_by_offset(types, member.name_off),
                    "value_size") != 0)
      continue;
    uint32_t id = member.type;
    const btf_type *pointer = skipModifiers(types, id);
    if (!pointer || !btf_is_ptr(pointer))
      return 0;
    id = pointer->type;
    const btf_type *array = skipModifiers(types, id);
    if (!array || !btf_is_array(array))
      return 0;
    id = btf_array(array)->type;
    const btf_type *element = skipModifiers(types, id);
    return element && btf_is_composite(element) ? id : 0;
  }
  return 0;
}

std::vector<SectionVariable> variables(const btf *types, uint32_t section) {
  std::vector<SectionVariable> result;
  const btf_type *type = btf__type_by_id(types, section);
  for (uint16_t i = 0; type && btf_is_datasec(type) && i < btf_vlen(type);
       ++i) {
    const btf_var_secinfo &place = btf_var_secinfos(type)[i];
    const btf_type *variable = btf__type_by_id(types, place.type);
    result.push_back({btf__name_by_offset(types, variable->name_off),
                      variable->type, place.offset, place.size});
  }
  return result;
}

bool isPerCpu(uint32_t kind) {
  return kind == BPF_MAP_TYPE_PERCPU_ARRAY ||
         kind == BPF_MAP_TYPE_PERCPU_HASH ||
         kind == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

} // namespace

std::vector<RunningMap> describeMaps(bpf_object *object) {
  const btf *types = bpf_object__btf(object);
  std::vector<RunningMap> result;
  bpf_map *map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (bpf_map__name(map) == kScratchMap)
      continue;
    RunningMap one;
    one.name = bpf_map__name(map);
    one.kind = bpf_map__type(map);
    one.keyBytes = bpf_map__key_size(map);
    one.valueBytes = bpf_map__value_size(map);
    one.maxEntries = bpf_map__max_entries(map);
    one.isPerCpu = isPerCpu(one.kind);
    if (types) {
      one.keyType = bpf_map__btf_key_type_id(map);
      one.valueType = bpf_map__btf_value_type_id(map);
      one.recordType = recordType(types, one.name.c_str());
      if (bpf_map__is_internal(map))
        one.variables = variables(types, one.valueType);
    }
    result.push_back(std::move(one));
  }
  return result;
}

} // namespace whistler::backend
