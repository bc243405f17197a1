;;; Runs under BPF_PROG_TEST_RUN as a raw tracepoint: the fields of k1 and k3
;;; into one array map.
(import-kernel-struct task-struct pid tgid mm)

(defmap results :type :array :key-type u32 :value-type u64 :max-entries 4)

(defprog raw-tracepoint (:type :raw-tracepoint
                         :section "raw_tp/sched_switch")
  (let ((task (get-current-task)))
    (setf (getmap results 0) (task-struct-pid task)
          (getmap results 1) (task-struct-tgid task)
          (getmap results 2)
          (kernel-path task mm exe-file f-inode i-ino)
          (getmap results 3) (get-current-pid-tgid)))
  0)
