;;; Runs under BPF_PROG_TEST_RUN; the same reads as bench/probes/k2.lisp, and
;;; the sum as 64 bits.
(import-kernel-struct task-struct
  pid tgid flags exit-code utime stime nvcsw start-time)

(defmap results :type :array :key-type u32 :value-type u64 :max-entries 1)

(defprog k2 (:type :tc)
  (let ((task (get-current-task)))
    (setf (getmap results 0)
          (+ (task-struct-pid task)
             (task-struct-tgid task)
             (task-struct-flags task)
             (task-struct-exit-code task)
             (task-struct-utime task)
             (task-struct-stime task)
             (task-struct-nvcsw task)
             (task-struct-start-time task))))
  0)
