;;; Runs under BPF_PROG_TEST_RUN; the same reads as bench/probes/k7.lisp.
(import-kernel-struct task-struct tgid mm real-parent)
(import-kernel-struct mm-struct total-vm)

(defmap counts :type :hash
  :key-type u32 :value-type u64 :max-entries 1024)

(defprog k7 (:type :tc)
  (let* ((task (get-current-task))
         (mm (task-struct-mm task)))
    (when (and mm (> (mm-struct-total-vm mm) 1000))
      (incf (getmap counts
                    (task-struct-tgid (task-struct-real-parent task))))))
  0)
