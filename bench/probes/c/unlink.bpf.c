/* A name is removed: from which directory, which inode, how many are left. */
#include "twin.h"

struct unlink_event {
  __u64 directory, inode;
  __u32 links, mode;
  char name[32];
};

RINGBUF(events);

static __always_inline int body(struct inode *directory,
                                struct dentry *dentry) {
  struct unlink_event *event = RESERVE(events, unlink_event);
  if (!event)
    return 0;
  FILL(event->directory, directory, i_ino);
#if FORM == FORM_CORE
  event->inode = GET(dentry, d_inode, i_ino);
  event->links = GET(dentry, d_inode, i_nlink);
  event->mode = GET(dentry, d_inode, i_mode);
#else
  struct inode *inode;
  WINDOW(entry, dentry, d_name.name, d_inode);
  inode = IN(entry, dentry, d_inode);
  WINDOW(node, inode, i_ino, i_nlink);
  event->inode = IN(node, inode, i_ino);
  event->links = IN(node, inode, i_nlink);
  event->mode = GET(inode, i_mode);
#endif
  __builtin_memset(event->name, 0, sizeof event->name);
  bpf_probe_read_kernel_str(event->name, sizeof event->name,
                            IN(entry, dentry, d_name.name));
  SUBMIT(event);
  return 0;
}

PROBE(unlink, "kprobe/security_inode_unlink",
      body(OBJECT(inode, PARM(1)), OBJECT(dentry, PARM(2))),
      body(OBJECT(inode, BASE(BASE_DIRECTORY)),
           OBJECT(dentry, BASE(BASE_DENTRY))))
