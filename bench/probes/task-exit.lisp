;;; A task ends: what it used.
(include "include/suite.lisp")

(import-kernel-struct task-struct
  pid tgid exit-code utime stime nvcsw nivcsw min-flt maj-flt start-time signal)
(import-kernel-struct signal-struct nr-threads)

(defstruct exit-event
  (pid i32)
  (tgid i32)
  (exit-code i32)
  (threads i32)
  (utime u64)
  (stime u64)
  (voluntary u64)
  (involuntary u64)
  (start-time u64)
  (minor-faults u64)
  (major-faults u64))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe task-exit (:raw-tracepoint "raw_tp/sched_process_exit")
    ((task (as-task-struct (ctx u64 0)) (as-task-struct (base +task+))))
  (with-ringbuf (event events exit-event)
    (setf (exit-event-pid event) (task-struct-pid task)
          (exit-event-tgid event) (task-struct-tgid task)
          (exit-event-exit-code event) (task-struct-exit-code task)
          (exit-event-threads event)
          (signal-struct-nr-threads (task-struct-signal task))
          (exit-event-utime event) (task-struct-utime task)
          (exit-event-stime event) (task-struct-stime task)
          (exit-event-voluntary event) (task-struct-nvcsw task)
          (exit-event-involuntary event) (task-struct-nivcsw task)
          (exit-event-start-time event) (task-struct-start-time task)
          (exit-event-minor-faults event) (task-struct-min-flt task)
          (exit-event-major-faults event) (task-struct-maj-flt task)))
  0)
