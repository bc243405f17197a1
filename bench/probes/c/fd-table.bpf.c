/* The open files of the current task: the table's size, the next free
 * number, and the first 64 of its bitmap, read at an untyped address. */
#include "twin.h"

struct table_event {
  __u64 open;
  __u32 next, limit;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct files_struct *files = GET(task, files);
  struct fdtable *table = GET(files, fdt);
  struct table_event *event = RESERVE(events, table_event);
  if (!event)
    return 0;
  WINDOW(all, table, max_fds, open_fds);
  bpf_probe_read_kernel(&event->open, 8, IN(all, table, open_fds));
  FILL(event->next, files, next_fd);
  event->limit = IN(all, table, max_fds);
  SUBMIT(event);
  return 0;
}

PROBE(fd_table, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
