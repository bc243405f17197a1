;;; Runs under BPF_PROG_TEST_RUN; the same reads as bench/probes/k8.lisp.
(import-kernel-struct task-struct pid tgid comm)

(defstruct name-event
  (pid i32)
  (tgid i32)
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 4096)

(defprog k8 (:type :tc)
  (let ((task (get-current-task)))
    (with-ringbuf (event events name-event)
      (setf (name-event-pid event) (task-struct-pid task)
            (name-event-tgid event) (task-struct-tgid task)
            (name-event-comm event) (task-struct-comm task))))
  0)
