;;; A filter that most events fail: only the tasks of one user are recorded.
;;; What the record needs should not be read before the test.
(include "include/suite.lisp")

(import-kernel-struct task-struct pid tgid flags start-time cred)

(defstruct user-event
  (pid i32)
  (tgid i32)
  (flags u32)
  (uid u32)
  (start-time u64))

(defmap events :type :ringbuf :max-entries 262144)
(defconstant +user+ 12345)

(defprobe filter (:kprobe "kprobe/do_sys_openat2") ((task (get-current-task)))
  (let ((uid (kernel-path task cred uid val)))
    (when (= uid +user+)
      (with-ringbuf (event events user-event)
        (setf (user-event-pid event) (task-struct-pid task)
              (user-event-tgid event) (task-struct-tgid task)
              (user-event-flags event) (task-struct-flags task)
              (user-event-uid event) uid
              (user-event-start-time event) (task-struct-start-time task)))))
  0)
