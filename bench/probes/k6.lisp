;;; k6: the parent's pid plus the parent's tgid, a chain each, plus the task's
;;; own pid twice: six reads as written, four to do.
;;; Try: whistler compile bench/probes/k6.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct pid tgid real-parent)

(defprobe k6 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (+ (task-struct-pid (task-struct-real-parent task))
     (task-struct-tgid (task-struct-real-parent task))
     (task-struct-pid task)
     (task-struct-pid task)))
