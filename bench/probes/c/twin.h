/* One text, three forms: -DFORM=FORM_CORE, FORM_DIRECT or FORM_FUSED.
 *
 * FORM_CORE    the idiom: every field by BPF_CORE_READ.
 * FORM_DIRECT  what an expert writes for kernels from 6.2 on: typed direct
 *              loads, through bpf_get_current_task_btf() for the current task
 *              and one bpf_rdonly_cast() for any other address.
 * FORM_FUSED   what an expert writes without them: neighbouring fields by one
 *              bpf_probe_read_kernel. The first field's offset is relocated,
 *              the distances within a window are the build kernel's.
 *
 * Each twin does exactly the work of the probe of its name in ../: the same
 * records, maps and results, padding zeroed.
 */
#ifndef TWIN_H
#define TWIN_H

#define BPF_NO_KFUNC_PROTOTYPES
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define FORM_CORE 0
#define FORM_DIRECT 1
#define FORM_FUSED 2

#ifndef FORM
#define FORM FORM_CORE
#endif

enum {
  BASE_FILE,
  BASE_PATH,
  BASE_DENTRY,
  BASE_DIRECTORY,
  BASE_MAPPING,
  BASE_SOCK,
  BASE_LISTENER,
  BASE_SKB,
  BASE_REQUEST,
  BASE_TASK,
  BASE_COUNT = 16,
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, BASE_COUNT);
} bases SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

/* Where the objects come from. */
static __always_inline __u64 BASE(__u32 index) {
  __u64 *address = bpf_map_lookup_elem(&bases, &index);
  return address ? *address : 0;
}
#define PARM(n) PT_REGS_PARM##n((struct pt_regs *)ctx)
#define RESULT() PT_REGS_RC((struct pt_regs *)ctx)
#define ARG(n) (((__u64 *)ctx)[n])

#if FORM == FORM_DIRECT
extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym;
#define OBJECT(type, address)                                                  \
  ((struct type *)bpf_rdonly_cast((void *)(address),                           \
                                  bpf_core_type_id_kernel(struct type)))
#define CURRENT() bpf_get_current_task_btf()
#else
#define OBJECT(type, address) ((struct type *)(address))
#define CURRENT() ((struct task_struct *)bpf_get_current_task())
#endif

/* GET(p, a, b): p->a->b. */
#if FORM == FORM_DIRECT
#define GET(p, ...) ___arrow(p, __VA_ARGS__)
#define GET_BITS(p, field) BPF_CORE_READ_BITFIELD(p, field)
#define GET16(to, p, field)                                                    \
  ({                                                                           \
    ((__u64 *)(to))[0] = *(__u64 *)&(p)->field[0];                             \
    ((__u64 *)(to))[1] = *(__u64 *)&(p)->field[8];                             \
  })
#else
#define GET(p, ...) BPF_CORE_READ(p, __VA_ARGS__)
#define GET_BITS(p, field) BPF_CORE_READ_BITFIELD_PROBED(p, field)
#define GET16(to, p, field) bpf_core_read(to, 16, &(p)->field)
#endif

/* WINDOW(w, p, first, last) names the fields from first to last of p;
 * IN(w, p, field) is one of them, THROUGH(w, p, field, a, b) what the pointer
 * in it leads to: p->field->a->b. */
#if FORM == FORM_FUSED
#define WINDOW_AT(p, field) __builtin_offsetof(typeof(*(p)), field)
#define WINDOW(w, p, first, last)                                              \
  enum {                                                                       \
    w##_start = WINDOW_AT(p, first) & ~7ul,                                    \
    w##_skip = WINDOW_AT(p, first) & 7,                                        \
    w##_bytes = WINDOW_AT(p, last) + sizeof((p)->last) - WINDOW_AT(p, first),  \
  };                                                                           \
  char w[(w##_skip + w##_bytes + 7) & ~7] __attribute__((aligned(8)));         \
  bpf_core_read(w + w##_skip, w##_bytes, &(p)->first)
#define IN(w, p, field)                                                        \
  (*(typeof((p)->field) *)(w + (WINDOW_AT(p, field) - w##_start)))
#define THROUGH(w, p, field, ...) GET(IN(w, p, field), __VA_ARGS__)
#else
#define WINDOW(w, p, first, last)
#define IN(w, p, field) GET(p, field)
#define THROUGH(w, p, ...) GET(p, __VA_ARGS__)
#endif

/* FILL(place, p, field): place = p->field, one field of one size. The expert
 * who has to call the helper lets it write there. */
#if FORM == FORM_FUSED
#define FILL(place, p, field)                                                  \
  ({                                                                           \
    _Static_assert(sizeof(place) == sizeof((p)->field), "of one size");        \
    bpf_core_read(&(place), sizeof(place), &(p)->field);                       \
  })
#else
#define FILL(place, p, field) (place) = GET(p, field)
#endif

/* Maps and records. */
#define RINGBUF(name)                                                          \
  struct {                                                                     \
    __uint(type, BPF_MAP_TYPE_RINGBUF);                                        \
    __uint(max_entries, 262144);                                               \
  } name SEC(".maps")
#define MAP(name, kind, key_type, value_type, entries)                         \
  struct {                                                                     \
    __uint(type, BPF_MAP_TYPE_##kind);                                         \
    __type(key, key_type);                                                     \
    __type(value, value_type);                                                 \
    __uint(max_entries, entries);                                              \
  } name SEC(".maps")
#define RESERVE(ring, type) bpf_ringbuf_reserve(&ring, sizeof(struct type), 0)
#define SUBMIT(record) bpf_ringbuf_submit(record, 0)

static __always_inline void setArray(void *map, __u64 value) {
  __u32 key = 0;
  bpf_map_update_elem(map, &key, &value, BPF_ANY);
}

/* Adds one to the entry, which is made when it is missing. */
static __always_inline void countIn(void *map, __u32 key) {
  __u64 *entry = bpf_map_lookup_elem(map, &key);
  __u64 one = 1;
  if (entry)
    __sync_fetch_and_add(entry, 1);
  else
    bpf_map_update_elem(map, &key, &one, BPF_NOEXIST);
}

/* NAME, counted, and NAME_run, executed: one body, two sources of objects. */
#define PROBE(name, section, attached, run)                                    \
  SEC(section) int name(void *ctx) { return attached; }                        \
  SEC("xdp") int name##_run(struct xdp_md *ctx) { return run; }

#endif
