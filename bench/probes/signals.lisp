;;; A signal is made: for whom, and what waits there and is blocked already.
(include "include/suite.lisp")

(import-kernel-struct task-struct pid tgid signal blocked pending)
(import-kernel-struct signal-struct shared-pending flags group-exit-code)
(import-kernel-struct sigpending signal)
(import-kernel-struct sigset-t sig)

(defstruct signal-event
  (pid i32)
  (tgid i32)
  (blocked u64)
  (pending u64)
  (shared u64)
  (flags u32)
  (group-exit-code i32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe signals (:raw-tracepoint "raw_tp/signal_generate")
    ((task (as-task-struct (ctx u64 16)) (as-task-struct (base +task+))))
  (let ((group (task-struct-signal task)))
    (with-ringbuf (event events signal-event)
      (setf (signal-event-pid event) (task-struct-pid task)
            (signal-event-tgid event) (task-struct-tgid task)
            (signal-event-blocked event)
            (sigset-t-sig (task-struct-blocked task) 0)
            (signal-event-pending event)
            (sigset-t-sig (sigpending-signal (task-struct-pending task)) 0)
            (signal-event-shared event)
            (sigset-t-sig
             (sigpending-signal (signal-struct-shared-pending group)) 0)
            (signal-event-flags event) (signal-struct-flags group)
            (signal-event-group-exit-code event)
            (signal-struct-group-exit-code group))))
  0)
