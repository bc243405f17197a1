/* k3: four pointers deep, the inode number of the current program into an
 * array map. */
#include "twin.h"

MAP(exe_inode, ARRAY, __u32, __u64, 1);

static __always_inline int body(struct task_struct *task) {
  setArray(&exe_inode, GET(task, mm, exe_file, f_inode, i_ino));
  return 0;
}

PROBE(k3, "kprobe/do_sys_openat2", body(CURRENT()), body(CURRENT()))
