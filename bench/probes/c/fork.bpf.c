/* A process is born: parent and child. */
#include "twin.h"

struct fork_event {
  __s32 parent_pid, parent_tgid, child_pid, child_tgid;
  __u64 start_time;
  __s64 exit_signal;
  __u8 comm[16];
};

RINGBUF(events);

static __always_inline int body(struct task_struct *parent,
                                struct task_struct *child) {
  struct fork_event *event = RESERVE(events, fork_event);
  if (!event)
    return 0;
#if FORM == FORM_FUSED
  WINDOW(ids, child, exit_signal, tgid);
  bpf_core_read(&event->parent_pid, 8, &parent->pid);
#else
  FILL(event->parent_pid, parent, pid);
  FILL(event->parent_tgid, parent, tgid);
#endif
  event->child_pid = IN(ids, child, pid);
  event->child_tgid = IN(ids, child, tgid);
  FILL(event->start_time, child, start_time);
  event->exit_signal = IN(ids, child, exit_signal);
  GET16(event->comm, child, comm);
  SUBMIT(event);
  return 0;
}

PROBE(fork, "raw_tp/sched_process_fork",
      body(OBJECT(task_struct, ARG(0)), OBJECT(task_struct, ARG(1))),
      body(CURRENT(), OBJECT(task_struct, BASE(BASE_TASK))))
