;;; k2: the eight fields of k1, summed.
;;; Try: whistler compile bench/probes/k2.lisp --no-core --report
(import-kernel-struct task-struct
  pid tgid flags exit-code utime stime nvcsw start-time)

(defprog k2 (:type :kprobe :section "kprobe/do_sys_openat2" :license "GPL")
  (let ((task (get-current-task)))
    (+ (task-struct-pid task)
       (task-struct-tgid task)
       (task-struct-flags task)
       (task-struct-exit-code task)
       (task-struct-utime task)
       (task-struct-stime task)
       (task-struct-nvcsw task)
       (task-struct-start-time task))))
