/* One choice for each base of kernel reads against one for the whole body: the
 * same three probes both ways, by hand (docs/kernel-reads.md). bench/guards/run
 * compiles and counts. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 2);
} results SEC(".maps");

struct task_event {
  __s32 pid, tgid;
  __u32 flags;
  __s32 exit_code;
  __u64 utime, stime, nvcsw, start_time;
};

#define HAS_TASK                                                               \
  bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)
#define HAS_CAST (bpf_rdonly_cast != 0)
#define CAST(type, p) ((type *)bpf_rdonly_cast(p, bpf_core_type_id_kernel(type)))
#define HELPER(p, field) BPF_CORE_READ(p, field)
#define LOAD(p, field) ((p)->field)

#define RECORD(event, task, GET)                                               \
  (event)->pid = GET(task, pid);                                               \
  (event)->tgid = GET(task, tgid);                                             \
  (event)->flags = GET(task, flags);                                           \
  (event)->exit_code = GET(task, exit_code);                                   \
  (event)->utime = GET(task, utime);                                           \
  (event)->stime = GET(task, stime);                                           \
  (event)->nvcsw = GET(task, nvcsw);                                           \
  (event)->start_time = GET(task, start_time);
#define CHASE(task, GET)                                                       \
  ({                                                                           \
    struct mm_struct *mm_ = GET(task, mm);                                     \
    struct file *file_ = GET(mm_, exe_file);                                   \
    struct inode *inode_ = GET(file_, f_inode);                                \
    GET(inode_, i_ino);                                                        \
  })

/* A step of a chase that knows nothing of the one before it. */
#define STEP(type, p, field)                                                   \
  ({                                                                           \
    typeof((p)->field) value_;                                                 \
    if (HAS_CAST)                                                              \
      value_ = CAST(type, p)->field;                                           \
    else                                                                       \
      value_ = HELPER(p, field);                                               \
    value_;                                                                    \
  })

static __always_inline void put(__u32 key, __u64 value) {
  bpf_map_update_elem(&results, &key, &value, 0);
}

static __always_inline struct task_event *reserve(void) {
  return bpf_ringbuf_reserve(&events, sizeof(struct task_event), 0);
}

#define TASK ((struct task_struct *)bpf_get_current_task())

/* k1: one base. */
SEC("kprobe/x") int k1_bases(void *ctx) {
  struct task_event *event = reserve();
  if (!event)
    return 0;
  if (HAS_TASK) {
    struct task_struct *task = bpf_get_current_task_btf();
    RECORD(event, task, LOAD)
  } else {
    struct task_struct *task = TASK;
    RECORD(event, task, HELPER)
  }
  bpf_ringbuf_submit(event, 0);
  return 0;
}

#define BODY_K1(current, GET)                                                  \
  struct task_struct *task = current;                                          \
  struct task_event *event = reserve();                                        \
  if (!event)                                                                  \
    return 0;                                                                  \
  RECORD(event, task, GET)                                                     \
  bpf_ringbuf_submit(event, 0);                                                \
  return 0;

/* k4: the task twice, with calls between, and what it leads to. */
SEC("kprobe/x") int k4_bases(void *ctx) {
  struct task_struct *task =
      HAS_TASK ? bpf_get_current_task_btf() : TASK;
  struct task_event *event = reserve();
  if (event) {
    if (HAS_TASK) {
      RECORD(event, task, LOAD)
    } else {
      RECORD(event, task, HELPER)
    }
    bpf_ringbuf_submit(event, 0);
  }
  struct mm_struct *mm = HAS_TASK ? LOAD(task, mm) : HELPER(task, mm);
  struct file *file = HAS_TASK ? LOAD(mm, exe_file) : HELPER(mm, exe_file);
  struct inode *inode = HAS_TASK ? LOAD(file, f_inode) : HELPER(file, f_inode);
  put(0, HAS_TASK ? LOAD(inode, i_ino) : HELPER(inode, i_ino));
  return 0;
}

#define BODY_K4(current, GET)                                                  \
  struct task_struct *task = current;                                          \
  struct task_event *event = reserve();                                        \
  if (event) {                                                                 \
    RECORD(event, task, GET)                                                   \
    bpf_ringbuf_submit(event, 0);                                              \
  }                                                                            \
  put(0, CHASE(task, GET));                                                    \
  return 0;

/* A task by address and three steps on: casts. */
#define ADDRESS ((void *)PT_REGS_PARM(ctx))
#define PT_REGS_PARM(ctx) (*(__u64 *)((char *)(ctx) + 112))

SEC("kprobe/x") int chase_bases(void *ctx) {
  struct task_struct *task = ADDRESS;
  struct mm_struct *mm = STEP(struct task_struct, task, mm);
  struct file *file = STEP(struct mm_struct, mm, exe_file);
  struct inode *inode = STEP(struct file, file, f_inode);
  put(1, STEP(struct inode, inode, i_ino));
  return 0;
}

/* Bodies apart: what JoinVersions leaves is one function, so inline them, with
 * nothing shared but the choice at the top. */
#define VERSIONS(name, has, loads, helpers)                                    \
  SEC("kprobe/x") int name(void *ctx) {                                        \
    if (has) {                                                                 \
      loads                                                                    \
    } else {                                                                   \
      helpers                                                                  \
    }                                                                          \
  }

VERSIONS(k1_versions, HAS_TASK, BODY_K1(bpf_get_current_task_btf(), LOAD),
         BODY_K1(TASK, HELPER))
VERSIONS(k4_versions, HAS_TASK, BODY_K4(bpf_get_current_task_btf(), LOAD),
         BODY_K4(TASK, HELPER))
VERSIONS(chase_versions, HAS_CAST,
         struct task_struct *task = CAST(struct task_struct, ADDRESS);
         put(1, CHASE(task, LOAD)); return 0;
         , struct task_struct *task = ADDRESS; put(1, CHASE(task, HELPER));
         return 0;)
