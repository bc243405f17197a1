/* A program was started: who, by whom, and which file, into a record. */
#include "twin.h"

struct exec_event {
  __s32 pid, tgid, parent;
  __u32 uid;
  __u64 start_time, inode;
  __u8 comm[16];
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct exec_event *event = RESERVE(events, exec_event);
  if (!event)
    return 0;
  WINDOW(ids, task, pid, real_parent);
  event->pid = IN(ids, task, pid);
  event->tgid = IN(ids, task, tgid);
  event->parent = THROUGH(ids, task, real_parent, tgid);
  event->uid = GET(task, cred, uid.val);
  FILL(event->start_time, task, start_time);
  event->inode = GET(task, mm, exe_file, f_inode, i_ino);
  GET16(event->comm, task, comm);
  SUBMIT(event);
  return 0;
}

PROBE(exec, "raw_tp/sched_process_exec", body(OBJECT(task_struct, ARG(0))),
      body(CURRENT()))
