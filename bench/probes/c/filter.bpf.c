/* A filter that most events fail: only the tasks of one user are recorded.
 * What the record needs should not be read before the test. */
#include "twin.h"

enum { USER = 12345 };

struct user_event {
  __s32 pid, tgid;
  __u32 flags, uid;
  __u64 start_time;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct user_event *event;
  __u32 uid = GET(task, cred, uid.val);
  if (uid != USER)
    return 0;
  event = RESERVE(events, user_event);
  if (!event)
    return 0;
#if FORM == FORM_FUSED
  bpf_core_read(&event->pid, 8, &task->pid);
#else
  FILL(event->pid, task, pid);
  FILL(event->tgid, task, tgid);
#endif
  FILL(event->flags, task, flags);
  event->uid = uid;
  FILL(event->start_time, task, start_time);
  SUBMIT(event);
  return 0;
}

PROBE(filter, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
