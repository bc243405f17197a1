;;; Runs under BPF_PROG_TEST_RUN; the same reads as bench/probes/k3.lisp.
(import-kernel-struct task-struct mm)
(import-kernel-struct mm-struct exe-file)
(import-kernel-struct file f-inode)
(import-kernel-struct inode i-ino)

(defmap exe-inode :type :array
  :key-type u32 :value-type u64 :max-entries 1)

(defprog k3 (:type :tc)
  (let ((task (get-current-task)))
    (setf (getmap exe-inode 0)
          (inode-i-ino
           (file-f-inode (mm-struct-exe-file (task-struct-mm task))))))
  0)
