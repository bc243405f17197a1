/* k2: the eight fields of k1, summed. */
#include "twin.h"

static __always_inline int body(struct task_struct *task) {
  WINDOW(ids, task, exit_code, tgid);
  WINDOW(times, task, utime, start_time);
  return IN(ids, task, pid) + IN(ids, task, tgid) + GET(task, flags) +
         IN(ids, task, exit_code) + IN(times, task, utime) +
         IN(times, task, stime) + IN(times, task, nvcsw) +
         IN(times, task, start_time);
}

PROBE(k2, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
