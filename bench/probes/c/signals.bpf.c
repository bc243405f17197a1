/* A signal is made: for whom, and what waits there and is blocked already. */
#include "twin.h"

struct signal_event {
  __s32 pid, tgid;
  __u64 blocked, pending, shared;
  __u32 flags;
  __s32 group_exit_code;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct signal_struct *group = GET(task, signal);
  struct signal_event *event = RESERVE(events, signal_event);
  if (!event)
    return 0;
  WINDOW(ids, task, pid, tgid);
  WINDOW(masks, task, blocked.sig[0], pending.signal.sig[0]);
  WINDOW(all, group, shared_pending.signal.sig[0], flags);
  event->pid = IN(ids, task, pid);
  event->tgid = IN(ids, task, tgid);
  event->blocked = IN(masks, task, blocked.sig[0]);
  event->pending = IN(masks, task, pending.signal.sig[0]);
  event->shared = IN(all, group, shared_pending.signal.sig[0]);
  event->flags = IN(all, group, flags);
  event->group_exit_code = IN(all, group, group_exit_code);
  SUBMIT(event);
  return 0;
}

PROBE(signals, "raw_tp/signal_generate", body(OBJECT(task_struct, ARG(2))),
      body(OBJECT(task_struct, BASE(BASE_TASK))))
