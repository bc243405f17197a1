/* Pages of a file are written back: how many it has cached, whose they are. */
#include "twin.h"

struct writeback_event {
  __u64 inode;
  __s64 size;
  __u64 pages, next, operations, device;
};

RINGBUF(events);

static __always_inline int body(struct address_space *mapping) {
  struct writeback_event *event = RESERVE(events, writeback_event);
  if (!event)
    return 0;
  WINDOW(all, mapping, nrpages, a_ops);
#if FORM == FORM_CORE
  event->inode = GET(mapping, host, i_ino);
  event->size = GET(mapping, host, i_size);
  event->device = GET(mapping, host, i_sb, s_dev);
#else
  struct inode *inode = GET(mapping, host);
  WINDOW(node, inode, i_sb, i_ino);
  event->inode = IN(node, inode, i_ino);
  FILL(event->size, inode, i_size);
  event->device = THROUGH(node, inode, i_sb, s_dev);
#endif
  event->pages = IN(all, mapping, nrpages);
  event->next = IN(all, mapping, writeback_index);
  event->operations = (__u64)IN(all, mapping, a_ops);
  SUBMIT(event);
  return 0;
}

PROBE(page_cache, "kprobe/do_writepages", body(OBJECT(address_space, PARM(1))),
      body(OBJECT(address_space, BASE(BASE_MAPPING))))
