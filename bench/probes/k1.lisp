;;; k1: eight fields of the current task into a ring-buffer record.
;;; Try: whistler compile bench/probes/k1.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct
  pid tgid flags exit-code utime stime nvcsw start-time)

(defstruct task-event
  (pid i32)
  (tgid i32)
  (flags u32)
  (exit-code i32)
  (utime u64)
  (stime u64)
  (nvcsw u64)
  (start-time u64))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe k1 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (with-ringbuf (event events task-event)
    (setf (task-event-pid event) (task-struct-pid task)
          (task-event-tgid event) (task-struct-tgid task)
          (task-event-flags event) (task-struct-flags task)
          (task-event-exit-code event) (task-struct-exit-code task)
          (task-event-utime event) (task-struct-utime task)
          (task-event-stime event) (task-struct-stime task)
          (task-event-nvcsw event) (task-struct-nvcsw task)
          (task-event-start-time event) (task-struct-start-time task)))
  0)
