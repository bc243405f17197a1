/* The scheduler changes tasks: names, priorities and run time of both. */
#include "twin.h"

struct switch_event {
  __s32 from_pid, from_tgid, from_prio;
  __u32 from_policy;
  __u64 from_runtime, voluntary, involuntary;
  __s32 to_pid, to_tgid, to_prio, to_static_prio;
  __u64 to_runtime;
  __u8 from_comm[16], to_comm[16];
};

RINGBUF(events);

static __always_inline int body(struct task_struct *from,
                                struct task_struct *to) {
  struct switch_event *event = RESERVE(events, switch_event);
  if (!event)
    return 0;
#if FORM == FORM_FUSED
  bpf_core_read(&event->from_pid, 8, &from->pid);
  bpf_core_read(&event->voluntary, 16, &from->nvcsw);
  bpf_core_read(&event->to_pid, 8, &to->pid);
  bpf_core_read(&event->to_prio, 8, &to->prio);
#else
  FILL(event->from_pid, from, pid);
  FILL(event->from_tgid, from, tgid);
  FILL(event->voluntary, from, nvcsw);
  FILL(event->involuntary, from, nivcsw);
  FILL(event->to_pid, to, pid);
  FILL(event->to_tgid, to, tgid);
  FILL(event->to_prio, to, prio);
  FILL(event->to_static_prio, to, static_prio);
#endif
  FILL(event->from_prio, from, prio);
  FILL(event->from_policy, from, policy);
  FILL(event->from_runtime, from, se.sum_exec_runtime);
  FILL(event->to_runtime, to, se.sum_exec_runtime);
  GET16(event->from_comm, from, comm);
  GET16(event->to_comm, to, comm);
  SUBMIT(event);
  return 0;
}

PROBE(sched_switch, "raw_tp/sched_switch",
      body(OBJECT(task_struct, ARG(1)), OBJECT(task_struct, ARG(2))),
      body(CURRENT(), OBJECT(task_struct, BASE(BASE_TASK))))
