;;; Runs under BPF_PROG_TEST_RUN; the same code as examples/reads-and-maps.lisp.
(import-kernel-struct task-struct tgid mm)
(import-kernel-struct mm-struct total-vm)

(defstruct usage
  (opens u64)
  (most-pages u64))

(defmap usages :type :hash
  :key-type u32 :value-type usage :max-entries 1024)

(defprog count-opens (:type :tc)
  (let* ((task (get-current-task))
         (tgid (task-struct-tgid task))
         (entry (map-lookup usages tgid)))
    (if entry
        (let ((pages (mm-struct-total-vm (task-struct-mm task))))
          (atomic-add entry 0 1)
          (when (> pages (usage-most-pages entry))
            (setf (usage-most-pages entry) pages)))
        (let ((fresh (make-usage)))
          (setf (usage-opens fresh) 1
                (usage-most-pages fresh)
                (mm-struct-total-vm (task-struct-mm task)))
          (map-update usages (task-struct-tgid task) fresh BPF_ANY))))
  0)
