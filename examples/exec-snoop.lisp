;;; exec-snoop: every program that is started, with its parent and arguments.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/exec-snoop.lisp
;;;
;;; The hook is `sched_process_exec`, which the kernel passes once the new
;;; program is in place. By then its arguments lie one behind the other, each
;;; ended by a zero byte, between mm->arg_start and mm->arg_end: one copy from
;;; user memory brings them all, where a probe on the system call has to walk
;;; an array of pointers.

(import-kernel-struct task-struct pid tgid real-parent mm comm)
(import-kernel-struct mm-struct arg-start arg-end)

(defconstant +args-max+ 256)

(defstruct exec-event
  (timestamp u64)
  (pid u32)
  (ppid u32)
  (uid u32)
  (args-size u32)                       ; bytes of `args` that are in use
  (comm (array u8 16))
  (args (array u8 256)))

(defmap events :type :ringbuf :max-entries 262144)

(defprog exec-snoop (:type :raw-tracepoint
                     :section "raw_tp/sched_process_exec"
                     :license "GPL")
  (let* ((task (get-current-task))
         (mm (task-struct-mm task))
         (start (mm-struct-arg-start mm))
         (size (min (- (mm-struct-arg-end mm) start) +args-max+)))
    (with-ringbuf (event events exec-event)
      (setf (exec-event-timestamp event) (ktime-get-ns)
            (exec-event-pid event) (task-struct-tgid task)
            (exec-event-ppid event) (task-struct-tgid
                                     (task-struct-real-parent task))
            (exec-event-uid event) (logand (get-current-uid-gid) #xffffffff)
            (exec-event-comm event) (task-struct-comm task))
      ;; User memory may be paged out; then the helper fails and the record
      ;; says that it has no arguments.
      (when (= 0 (probe-read-user (exec-event-args-ptr event) size start))
        (setf (exec-event-args-size event) size))))
  0)
