/* Finds the kernel objects of the process that calls it, by the file
 * descriptors in its context, and writes their addresses into `bases`. What is
 * not there stays 0. Runs on the machine that measures, nowhere else. */
#include "twin.h"

struct descriptors {
  __u32 file, client, listener, receiver;
};

static __always_inline void put(__u32 index, const void *address) {
  __u64 value = (__u64)address;
  bpf_map_update_elem(&bases, &index, &value, BPF_ANY);
}

static __always_inline struct file *fileOf(__u32 descriptor) {
  struct file **table = BPF_CORE_READ(
      (struct task_struct *)bpf_get_current_task(), files, fdt, fd);
  struct file *file = 0;
  bpf_probe_read_kernel(&file, sizeof file, table + descriptor);
  return file;
}

static __always_inline struct sock *sockOf(__u32 descriptor) {
  struct file *file = fileOf(descriptor);
  struct socket *socket = BPF_CORE_READ(file, private_data);
  return BPF_CORE_READ(socket, sk);
}

static __always_inline void findFile(struct file *file) {
  put(BASE_FILE, file);
  put(BASE_PATH, (char *)file + bpf_core_field_offset(file->f_path));
  put(BASE_DENTRY, BPF_CORE_READ(file, f_path.dentry));
  put(BASE_DIRECTORY, BPF_CORE_READ(file, f_path.dentry, d_parent, d_inode));
  put(BASE_MAPPING, BPF_CORE_READ(file, f_mapping));
}

/* A request that the disk's first queue has used. */
static __always_inline void findRequest(struct file *file) {
  struct blk_mq_tags **all =
      BPF_CORE_READ(file, f_inode, i_sb, s_bdev, bd_disk, queue, tag_set, tags);
  struct blk_mq_tags *tags = 0;
  struct request **used, *request = 0;
  bpf_probe_read_kernel(&tags, sizeof tags, all);
  used = BPF_CORE_READ(tags, rqs);
  for (int tag = 0; tag < 64 && !request; tag++)
    bpf_probe_read_kernel(&request, sizeof request, used + tag);
  put(BASE_REQUEST, request);
}

static __always_inline void findChild(void) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  char *link = (char *)BPF_CORE_READ(task, children.next);
  put(BASE_TASK, link - bpf_core_field_offset(task->sibling));
}

SEC("syscall")
int find_bases(struct descriptors *given) {
  struct file *file = fileOf(given->file);
  findFile(file);
  findRequest(file);
  findChild();
  put(BASE_SOCK, sockOf(given->client));
  put(BASE_LISTENER, sockOf(given->listener));
  struct sock *receiver = sockOf(given->receiver);
  put(BASE_SKB, BPF_CORE_READ(receiver, sk_receive_queue.next));
  return 0;
}
