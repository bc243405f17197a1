;;; k3: four pointers deep, the inode number of the current program into an
;;; array map.
;;; Try: whistler compile bench/probes/k3.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct mm)
(import-kernel-struct mm-struct exe-file)
(import-kernel-struct file f-inode)
(import-kernel-struct inode i-ino)

(defmap exe-inode :type :array
  :key-type u32 :value-type u64 :max-entries 1)

(defprobe k3 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (setf (getmap exe-inode 0)
        (inode-i-ino
         (file-f-inode (mm-struct-exe-file (task-struct-mm task)))))
  0)
