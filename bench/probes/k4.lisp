;;; k4: the eight fields of k1 into a record, and k3's inode number into an
;;; array map.
;;; Try: whistler compile bench/probes/k4.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct task-struct
  pid tgid flags exit-code utime stime nvcsw start-time mm)
(import-kernel-struct mm-struct exe-file)
(import-kernel-struct file f-inode)
(import-kernel-struct inode i-ino)

(defmap exe-inode :type :array
  :key-type u32 :value-type u64 :max-entries 1)

(defstruct task-event
  (pid i32)
  (tgid i32)
  (flags u32)
  (exit-code i32)
  (utime u64)
  (stime u64)
  (nvcsw u64)
  (start-time u64))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe k4 (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (with-ringbuf (event events task-event)
    (setf (task-event-pid event) (task-struct-pid task)
          (task-event-tgid event) (task-struct-tgid task)
          (task-event-flags event) (task-struct-flags task)
          (task-event-exit-code event) (task-struct-exit-code task)
          (task-event-utime event) (task-struct-utime task)
          (task-event-stime event) (task-struct-stime task)
          (task-event-nvcsw event) (task-struct-nvcsw task)
          (task-event-start-time event) (task-struct-start-time task)))
  (setf (getmap exe-inode 0)
        (inode-i-ino
         (file-f-inode (mm-struct-exe-file (task-struct-mm task)))))
  0)
