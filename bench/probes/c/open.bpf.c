/* A file is opened: its inode, its owner, the directory and the name. */
#include "twin.h"

struct open_event {
  __u64 inode, directory;
  __s64 size;
  __u32 uid, mode;
  char name[32];
};

RINGBUF(events);

static __always_inline int body(struct path *path) {
  struct dentry *dentry = GET(path, dentry);
  struct inode *inode;
  struct open_event *event;
  WINDOW(entry, dentry, d_parent, d_inode);
  inode = IN(entry, dentry, d_inode);
  event = RESERVE(events, open_event);
  if (!event)
    return 0;
  WINDOW(owner, inode, i_mode, i_uid.val);
  FILL(event->inode, inode, i_ino);
  event->directory = THROUGH(entry, dentry, d_parent, d_inode, i_ino);
  FILL(event->size, inode, i_size);
  event->uid = IN(owner, inode, i_uid.val);
  event->mode = IN(owner, inode, i_mode);
  __builtin_memset(event->name, 0, sizeof event->name);
  bpf_probe_read_kernel_str(event->name, sizeof event->name,
                            IN(entry, dentry, d_name.name));
  SUBMIT(event);
  return 0;
}

PROBE(open, "kprobe/vfs_open", body(OBJECT(path, PARM(1))),
      body(OBJECT(path, BASE(BASE_PATH))))
