/* Count system calls by control group: the id of the default hierarchy's
 * group, and its level in a second map. */
#include "twin.h"

MAP(levels, ARRAY, __u32, __u64, 1);
MAP(counts, HASH, __u32, __u64, 1024);

static __always_inline int body(struct task_struct *task) {
  struct cgroup *cgroup = GET(task, cgroups, dfl_cgrp);
  setArray(&levels, GET(cgroup, level));
  countIn(&counts, GET(cgroup, kn, id));
  return 0;
}

PROBE(cgroup, "raw_tp/sys_enter", body(CURRENT()), body(CURRENT()))
