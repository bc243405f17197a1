/* k7: when the current task has an address space of more than 1,000 pages,
 * count it in a hash map under its parent's tgid. */
#include "twin.h"

MAP(counts, HASH, __u32, __u64, 1024);

static __always_inline int body(struct task_struct *task) {
  struct mm_struct *mm = GET(task, mm);
  if (mm && GET(mm, total_vm) > 1000)
    countIn(&counts, GET(task, real_parent, tgid));
  return 0;
}

PROBE(k7, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
