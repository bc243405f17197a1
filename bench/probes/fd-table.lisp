;;; The open files of the current task: the table's size, the next free
;;; number, and the first 64 of its bitmap, read at an untyped address.
(include "include/suite.lisp")

(import-kernel-struct task-struct files)
(import-kernel-struct files-struct next-fd fdt)
(import-kernel-struct fdtable max-fds open-fds)

(defstruct table-event
  (open u64)
  (next u32)
  (limit u32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe fd-table (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (let* ((files (task-struct-files task))
         (table (files-struct-fdt files)))
    (with-ringbuf (event events table-event)
      (setf (table-event-open event)
            (kernel-load u64 (fdtable-open-fds table) 0)
            (table-event-next event) (files-struct-next-fd files)
            (table-event-limit event) (fdtable-max-fds table))))
  0)
