/* k8: pid, tgid and the sixteen bytes of comm into a record. */
#include "twin.h"

struct name_event {
  __s32 pid, tgid;
  __u8 comm[16];
} __attribute__((aligned(8)));

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct name_event *event = RESERVE(events, name_event);
  if (!event)
    return 0;
#if FORM == FORM_FUSED
  bpf_core_read(&event->pid, 8, &task->pid);
#else
  FILL(event->pid, task, pid);
  FILL(event->tgid, task, tgid);
#endif
  GET16(event->comm, task, comm);
  SUBMIT(event);
  return 0;
}

PROBE(k8, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
