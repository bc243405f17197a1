/* A histogram of address-space sizes, in powers of two: one read chain, the
 * rest is arithmetic and a map. */
#include "twin.h"

MAP(sizes, ARRAY, __u32, __u64, 64);

static __always_inline __u32 log2(__u64 value) {
  __u32 log = 0;
  for (int shift = 32; shift; shift >>= 1)
    if (value >> shift) {
      value >>= shift;
      log += shift;
    }
  return log;
}

static __always_inline int body(struct task_struct *task) {
  __u32 bucket = log2(GET(task, mm, total_vm));
  __u64 *entry = bpf_map_lookup_elem(&sizes, &bucket);
  if (entry)
    __sync_fetch_and_add(entry, 1);
  return 0;
}

PROBE(histogram, "kprobe/do_exit", body(CURRENT()), body(CURRENT()))
