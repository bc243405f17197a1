;;; pointer-chase: the inode number of the program that the current process
;;; runs, four pointers deep in the kernel, kept in an array map.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    whistler compile examples/pointer-chase.lisp --report
;;;           sudo whistler run examples/pointer-chase.lisp
;;;
;;; Each accessor gives a typed pointer, so the next one is checked: asking the
;;; mm_struct for f-inode would be a compile error.

(import-kernel-struct task-struct mm)
(import-kernel-struct mm-struct exe-file)
(import-kernel-struct file f-inode)
(import-kernel-struct inode i-ino)

(defmap exe-inode :type :array
  :key-type u32 :value-type u64 :max-entries 1)

(defprog pointer-chase (:type :kprobe
                        :section "kprobe/do_sys_openat2"
                        :license "GPL")
  (let* ((task (get-current-task))
         (mm (task-struct-mm task))
         (exe (mm-struct-exe-file mm))
         (inode (file-f-inode exe)))
    (setf (getmap exe-inode 0) (inode-i-ino inode)))
  0)
