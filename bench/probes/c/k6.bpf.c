/* k6: the parent's pid plus the parent's tgid, a chain each, plus the task's
 * own pid twice. The expert reads the parent and the pid once. */
#include "twin.h"

static __always_inline int body(struct task_struct *task) {
#if FORM == FORM_CORE
  return GET(task, real_parent, pid) + GET(task, real_parent, tgid) +
         GET(task, pid) + GET(task, pid);
#else
  struct task_struct *parent;
  int pid;
  WINDOW(own, task, pid, real_parent);
  parent = IN(own, task, real_parent);
  pid = IN(own, task, pid);
  WINDOW(ids, parent, pid, tgid);
  return IN(ids, parent, pid) + IN(ids, parent, tgid) + pid + pid;
#endif
}

PROBE(k6, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
