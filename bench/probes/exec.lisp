;;; A program was started: who, by whom, and which file, into a record.
(include "include/suite.lisp")

(import-kernel-struct task-struct pid tgid start-time comm)

(defstruct exec-event
  (pid i32)
  (tgid i32)
  (parent i32)
  (uid u32)
  (start-time u64)
  (inode u64)
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe exec (:raw-tracepoint "raw_tp/sched_process_exec")
    ((task (as-task-struct (ctx u64 0)) (get-current-task)))
  (with-ringbuf (event events exec-event)
    (setf (exec-event-pid event) (task-struct-pid task)
          (exec-event-tgid event) (task-struct-tgid task)
          (exec-event-parent event) (kernel-path task real-parent tgid)
          (exec-event-uid event) (kernel-path task cred uid val)
          (exec-event-start-time event) (task-struct-start-time task)
          (exec-event-inode event)
          (kernel-path task mm exe-file f-inode i-ino)
          (exec-event-comm event) (task-struct-comm task)))
  0)
