/* k4: the eight fields of k1 into a record, and k3's inode number into an
 * array map. */
#include "twin.h"

struct task_event {
  __s32 pid, tgid;
  __u32 flags;
  __s32 exit_code;
  __u64 utime, stime, nvcsw, start_time;
};

RINGBUF(events);
MAP(exe_inode, ARRAY, __u32, __u64, 1);

static __always_inline void record(struct task_struct *task) {
  struct task_event *event = RESERVE(events, task_event);
  if (!event)
    return;
  WINDOW(ids, task, exit_code, tgid);
  WINDOW(times, task, utime, start_time);
  event->pid = IN(ids, task, pid);
  event->tgid = IN(ids, task, tgid);
  FILL(event->flags, task, flags);
  event->exit_code = IN(ids, task, exit_code);
  event->utime = IN(times, task, utime);
  event->stime = IN(times, task, stime);
  event->nvcsw = IN(times, task, nvcsw);
  event->start_time = IN(times, task, start_time);
  SUBMIT(event);
}

static __always_inline int body(struct task_struct *task) {
  record(task);
  setArray(&exe_inode, GET(task, mm, exe_file, f_inode, i_ino));
  return 0;
}

PROBE(k4, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
