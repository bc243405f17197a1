/* A task ends: what it used. */
#include "twin.h"

struct exit_event {
  __s32 pid, tgid, exit_code, threads;
  __u64 utime, stime, voluntary, involuntary, start_time;
  __u64 minor_faults, major_faults;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct exit_event *event = RESERVE(events, exit_event);
  if (!event)
    return 0;
  WINDOW(ids, task, exit_code, tgid);
  WINDOW(usage, task, utime, maj_flt);
  event->pid = IN(ids, task, pid);
  event->tgid = IN(ids, task, tgid);
  event->exit_code = IN(ids, task, exit_code);
  event->threads = GET(task, signal, nr_threads);
  event->utime = IN(usage, task, utime);
  event->stime = IN(usage, task, stime);
  event->voluntary = IN(usage, task, nvcsw);
  event->involuntary = IN(usage, task, nivcsw);
  event->start_time = IN(usage, task, start_time);
  event->minor_faults = IN(usage, task, min_flt);
  event->major_faults = IN(usage, task, maj_flt);
  SUBMIT(event);
  return 0;
}

PROBE(task_exit, "raw_tp/sched_process_exit", body(OBJECT(task_struct, ARG(0))),
      body(OBJECT(task_struct, BASE(BASE_TASK))))
