/* An address space: its sizes in pages and where its parts lie. */
#include "twin.h"

struct memory_event {
  __u64 total, locked, data, exec, stack, code_bytes, data_bytes, heap_bytes;
  __u64 stack_start, argument_bytes;
  __s64 mappings;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct mm_struct *mm = GET(task, mm);
  struct memory_event *event;
  if (!mm)
    return 0;
  event = RESERVE(events, memory_event);
  if (!event)
    return 0;
  WINDOW(all, mm, total_vm, arg_end);
  event->total = IN(all, mm, total_vm);
  event->locked = IN(all, mm, locked_vm);
  event->data = IN(all, mm, data_vm);
  event->exec = IN(all, mm, exec_vm);
  event->stack = IN(all, mm, stack_vm);
  event->code_bytes = IN(all, mm, end_code) - IN(all, mm, start_code);
  event->data_bytes = IN(all, mm, end_data) - IN(all, mm, start_data);
  event->heap_bytes = IN(all, mm, brk) - IN(all, mm, start_brk);
  event->stack_start = IN(all, mm, start_stack);
  event->argument_bytes = IN(all, mm, arg_end) - IN(all, mm, arg_start);
  event->mappings = GET(mm, map_count);
  SUBMIT(event);
  return 0;
}

PROBE(mm_counters, "kprobe/do_exit", body(CURRENT()), body(CURRENT()))
