/* The six namespaces of the current task, as ps and lsns number them. */
#include "twin.h"

struct namespace_event {
  __u32 uts, ipc, mnt, pid, net, cgroup;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct nsproxy *proxy = GET(task, nsproxy);
  struct namespace_event *event = RESERVE(events, namespace_event);
  if (!event)
    return 0;
  WINDOW(all, proxy, uts_ns, cgroup_ns);
  event->uts = THROUGH(all, proxy, uts_ns, ns.inum);
  event->ipc = THROUGH(all, proxy, ipc_ns, ns.inum);
  event->mnt = THROUGH(all, proxy, mnt_ns, ns.inum);
  event->pid = THROUGH(all, proxy, pid_ns_for_children, ns.inum);
  event->net = THROUGH(all, proxy, net_ns, ns.inum);
  event->cgroup = THROUGH(all, proxy, cgroup_ns, ns.inum);
  SUBMIT(event);
  return 0;
}

PROBE(namespaces, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
