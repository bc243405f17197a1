// The kernel's BTF is parsed once for all objects, and indexed by name, rather
// than parsed for each object and searched from end to end for each type that
// one relocates: under emulation that was most of the time a load took. libbpf
// has no such cache. The linker sends its calls of the first two functions here
// (--wrap in CMakeLists.txt), and takes the third from here rather than from
// libbpf (-z muldefs); everything else of a load is libbpf's own. An object
// only reads these types and frees them at the end of its load.

#include <bpf/btf.h>
#include <bpf/libbpf_version.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <unordered_map>
#include <vector>

static_assert(LIBBPF_MAJOR_VERSION == 1,
              "are libbpf's candidate lists still as they are below?");

extern "C" {

btf *__real_btf__load_vmlinux_btf();
void __real_btf__free(btf *types);

// libbpf's relo_core.h, which it doesn't install.
struct bpf_core_cand {
  const btf *types;
  __u32 id;
};
struct bpf_core_cand_list {
  bpf_core_cand *cands;
  int len;
};
size_t bpf_core_essential_name_len(const char *name);
}

namespace {

btf *kernelTypes;

const char *nameOf(const btf *types, const btf_type *type) {
  return btf__name_by_offset(types, type->name_off);
}

/// The name without its flavor: "task_struct" of "task_struct___old".
std::string_view essentialName(const btf *types, const btf_type *type) {
  const char *name = nameOf(types, type);
  return {name, bpf_core_essential_name_len(name)};
}

bool isAnyEnum(const btf_type *type) {
  return btf_is_enum(type) || btf_is_enum64(type);
}

bool areComparable(const btf_type *one, const btf_type *other) {
  return btf_kind(one) == btf_kind(other) ||
         (isAnyEnum(one) && isAnyEnum(other));
}

/// Ids by essential name, in ascending order as libbpf would find them.
using Index = std::unordered_map<std::string_view, std::vector<__u32>>;

Index indexTypes(const btf *types, __u32 first) {
  Index index;
  for (__u32 id = first; id < btf__type_cnt(types); ++id)
    if (const btf_type *type = btf__type_by_id(types, id); type->name_off)
      index[essentialName(types, type)].push_back(id);
  return index;
}

bool append(bpf_core_cand_list *list, const btf *types, __u32 id) {
  auto *grown = static_cast<bpf_core_cand *>(
      realloc(list->cands, size_t(list->len + 1) * sizeof *list->cands));
  if (!grown)
    return false;
  list->cands = grown;
  list->cands[list->len++] = {types, id};
  return true;
}

} // namespace

extern "C" {

btf *__wrap_btf__load_vmlinux_btf() {
  if (!kernelTypes)
    kernelTypes = __real_btf__load_vmlinux_btf();
  return kernelTypes;
}

void __wrap_btf__free(btf *types) {
  if (types != kernelTypes)
    __real_btf__free(types);
}

/// The target types from `first` on that a local type may be relocated to:
/// those of its kind with its essential name.
int bpf_core_add_cands(bpf_core_cand *local, size_t, const btf *target,
                       const char *, int first, bpf_core_cand_list *found) {
  static const Index kernelIndex = indexTypes(kernelTypes, 1);
  bool isKernel = target == kernelTypes && first == 1;
  const Index moduleIndex = isKernel ? Index() : indexTypes(target, first);
  const Index &index = isKernel ? kernelIndex : moduleIndex;
  const btf_type *wanted = btf__type_by_id(local->types, local->id);
  auto ids = index.find(essentialName(local->types, wanted));
  if (ids == index.end())
    return 0;
  for (__u32 id : ids->second)
    if (areComparable(btf__type_by_id(target, id), wanted) &&
        !append(found, target, id))
      return -ENOMEM;
  return 0;
}
}
