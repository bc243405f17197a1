;;; A histogram of address-space sizes, in powers of two: one read chain, the
;;; rest is arithmetic and a map.
(include "include/suite.lisp")

(import-kernel-struct task-struct mm)
(import-kernel-struct mm-struct total-vm)

(defmap sizes :type :array :key-type u32 :value-type u64 :max-entries 64)

(defprobe histogram (:kprobe "kprobe/do_exit") ((task (get-current-task)))
  (let ((pages (mm-struct-total-vm (task-struct-mm task))))
    (incf (getmap sizes (log2 pages))))
  0)
