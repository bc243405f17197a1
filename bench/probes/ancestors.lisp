;;; How many generations lie between the current task and the first process,
;;; eight at most: reads in a loop, each needing the one before.
(include "include/suite.lisp")

(import-kernel-struct task-struct tgid real-parent)

(defprobe ancestors (:kprobe "kprobe/do_sys_openat2")
    ((task (get-current-task)))
  (let ((generations 0))
    (dotimes (i 8)
      (setf task (task-struct-real-parent task))
      (incf generations)
      (when (= (task-struct-tgid task) 1)
        (break)))
    generations))
