;;; k7: when the current task has an address space of more than 1,000 pages,
;;; count it in a hash map under its parent's tgid.
;;; Try: whistler compile bench/probes/k7.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct tgid mm real-parent)
(import-kernel-struct mm-struct total-vm)

(defmap counts :type :hash
  :key-type u32 :value-type u64 :max-entries 1024)

(defprobe k7 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (let ((mm (task-struct-mm task)))
    (when (and mm (> (mm-struct-total-vm mm) 1000))
      (incf (getmap counts
                    (task-struct-tgid (task-struct-real-parent task))))))
  0)
