/* The end of an open file: how it was opened, where it stood, and the inode
 * and the file system behind it. */
#include "twin.h"

struct close_event {
  __u64 inode;
  __s64 size, position;
  __u64 magic;
  __u32 device, links, mode, flags;
};

RINGBUF(events);

static __always_inline int body(struct file *file) {
  struct inode *inode = GET(file, f_inode);
  struct super_block *super;
  struct close_event *event;
  WINDOW(node, inode, i_sb, i_nlink);
  super = IN(node, inode, i_sb);
  event = RESERVE(events, close_event);
  if (!event)
    return 0;
  event->inode = IN(node, inode, i_ino);
  FILL(event->size, inode, i_size);
  FILL(event->position, file, f_pos);
  FILL(event->magic, super, s_magic);
  FILL(event->device, super, s_dev);
  event->links = IN(node, inode, i_nlink);
  FILL(event->mode, file, f_mode);
  FILL(event->flags, file, f_flags);
  SUBMIT(event);
  return 0;
}

PROBE(file_close, "kprobe/__fput", body(OBJECT(file, PARM(1))),
      body(OBJECT(file, BASE(BASE_FILE))))
