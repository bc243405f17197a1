/* All identities of the current task. */
#include "twin.h"

struct credential_event {
  __u32 uid, gid, suid, sgid, euid, egid, fsuid, fsgid, securebits, namespace;
};

RINGBUF(events);

static __always_inline int body(struct task_struct *task) {
  struct credential_event *event;
#if FORM == FORM_CORE
  event = RESERVE(events, credential_event);
  if (!event)
    return 0;
  event->uid = GET(task, cred, uid.val);
  event->gid = GET(task, cred, gid.val);
  event->suid = GET(task, cred, suid.val);
  event->sgid = GET(task, cred, sgid.val);
  event->euid = GET(task, cred, euid.val);
  event->egid = GET(task, cred, egid.val);
  event->fsuid = GET(task, cred, fsuid.val);
  event->fsgid = GET(task, cred, fsgid.val);
  event->securebits = GET(task, cred, securebits);
  event->namespace = GET(task, cred, user_ns, ns.inum);
#else
  const struct cred *cred = GET(task, cred);
  event = RESERVE(events, credential_event);
  if (!event)
    return 0;
#if FORM == FORM_FUSED
  bpf_core_read(&event->uid, 36, &cred->uid);
#else
  FILL(event->uid, cred, uid.val);
  FILL(event->gid, cred, gid.val);
  FILL(event->suid, cred, suid.val);
  FILL(event->sgid, cred, sgid.val);
  FILL(event->euid, cred, euid.val);
  FILL(event->egid, cred, egid.val);
  FILL(event->fsuid, cred, fsuid.val);
  FILL(event->fsgid, cred, fsgid.val);
  FILL(event->securebits, cred, securebits);
#endif
  event->namespace = GET(cred, user_ns, ns.inum);
#endif
  SUBMIT(event);
  return 0;
}

PROBE(credentials, "kprobe/commit_creds", body(CURRENT()), body(CURRENT()))
