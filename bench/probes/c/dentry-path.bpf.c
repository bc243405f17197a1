/* The inode numbers of a file and of four directories above it, added up:
 * two reads a level, a loop of a constant number of rounds. */
#include "twin.h"

static __always_inline int body(struct dentry *dentry) {
  __u64 sum = 0;
  for (int i = 0; i < 5; i++) {
    WINDOW(all, dentry, d_parent, d_inode);
    sum += THROUGH(all, dentry, d_inode, i_ino);
    dentry = IN(all, dentry, d_parent);
  }
  return sum;
}

PROBE(dentry_path, "kprobe/security_inode_unlink",
      body(OBJECT(dentry, PARM(2))), body(OBJECT(dentry, BASE(BASE_DENTRY))))
