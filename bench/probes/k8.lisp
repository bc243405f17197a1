;;; k8: pid, tgid and the sixteen bytes of comm into a record.
;;; Try: whistler compile bench/probes/k8.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct pid tgid comm)

(defstruct name-event
  (pid i32)
  (tgid i32)
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe k8 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (with-ringbuf (event events name-event)
    (setf (name-event-pid event) (task-struct-pid task)
          (name-event-tgid event) (task-struct-tgid task)
          (name-event-comm event) (task-struct-comm task)))
  0)
