;;; All identities of the current task.
(include "include/suite.lisp")

(import-kernel-struct task-struct cred)
(import-kernel-struct cred
  uid gid suid sgid euid egid fsuid fsgid securebits user-ns)

(defstruct credential-event
  (uid u32)
  (gid u32)
  (suid u32)
  (sgid u32)
  (euid u32)
  (egid u32)
  (fsuid u32)
  (fsgid u32)
  (securebits u32)
  (namespace u32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe credentials (:kprobe "kprobe/commit_creds")
    ((task (get-current-task)))
  (let ((cred (task-struct-cred task)))
    (with-ringbuf (event events credential-event)
      (setf (credential-event-uid event) (kernel-path cred uid val)
            (credential-event-gid event) (kernel-path cred gid val)
            (credential-event-suid event) (kernel-path cred suid val)
            (credential-event-sgid event) (kernel-path cred sgid val)
            (credential-event-euid event) (kernel-path cred euid val)
            (credential-event-egid event) (kernel-path cred egid val)
            (credential-event-fsuid event) (kernel-path cred fsuid val)
            (credential-event-fsgid event) (kernel-path cred fsgid val)
            (credential-event-securebits event) (cred-securebits cred)
            (credential-event-namespace event)
            (kernel-path cred user-ns ns inum))))
  0)
