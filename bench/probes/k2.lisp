;;; k2: the eight fields of k1, summed.
;;; Try: whistler compile bench/probes/k2.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct
  pid tgid flags exit-code utime stime nvcsw start-time)

(defprobe k2 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (+ (task-struct-pid task)
     (task-struct-tgid task)
     (task-struct-flags task)
     (task-struct-exit-code task)
     (task-struct-utime task)
     (task-struct-stime task)
     (task-struct-nvcsw task)
     (task-struct-start-time task)))
