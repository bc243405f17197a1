;;; A process is born: parent and child.
(include "include/suite.lisp")

(import-kernel-struct task-struct pid tgid start-time exit-signal comm)

(defstruct fork-event
  (parent-pid i32)
  (parent-tgid i32)
  (child-pid i32)
  (child-tgid i32)
  (start-time u64)
  (exit-signal i64)
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe fork (:raw-tracepoint "raw_tp/sched_process_fork")
    ((parent (as-task-struct (ctx u64 0)) (get-current-task))
     (child (as-task-struct (ctx u64 8)) (as-task-struct (base +task+))))
  (with-ringbuf (event events fork-event)
    (setf (fork-event-parent-pid event) (task-struct-pid parent)
          (fork-event-parent-tgid event) (task-struct-tgid parent)
          (fork-event-child-pid event) (task-struct-pid child)
          (fork-event-child-tgid event) (task-struct-tgid child)
          (fork-event-start-time event) (task-struct-start-time child)
          (fork-event-exit-signal event) (task-struct-exit-signal child)
          (fork-event-comm event) (task-struct-comm child)))
  0)
