;;; Runs under BPF_PROG_TEST_RUN; the same reads as bench/probes/k6.lisp.
(import-kernel-struct task-struct pid tgid real-parent)

(defmap results :type :array :key-type u32 :value-type u64 :max-entries 1)

(defprog k6 (:type :tc)
  (let ((task (get-current-task)))
    (setf (getmap results 0)
          (+ (task-struct-pid (task-struct-real-parent task))
             (task-struct-tgid (task-struct-real-parent task))
             (task-struct-pid task)
             (task-struct-pid task))))
  0)
