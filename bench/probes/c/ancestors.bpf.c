/* How many generations lie between the current task and the first process,
 * eight at most: reads in a loop, each needing the one before. */
#include "twin.h"

static __always_inline int body(struct task_struct *task) {
  int generations = 0;
  for (int i = 0; i < 8; i++) {
    task = GET(task, real_parent);
    generations++;
    if (GET(task, tgid) == 1)
      break;
  }
  return generations;
}

PROBE(ancestors, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
