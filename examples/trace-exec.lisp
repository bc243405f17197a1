;;; trace-exec: every execve: who calls it, as a ring-buffer record.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    whistler compile examples/trace-exec.lisp --report
;;;           sudo whistler run examples/trace-exec.lisp
;;;
;;; Three fields of the task come out of kernel memory: two integers that lie
;;; side by side and, further on, sixteen bytes of its name.

(import-kernel-struct task-struct pid tgid comm)

(defstruct exec-event
  (pid u32)
  (tgid u32)
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 65536)

(defprog trace-exec (:type :kprobe
                     :section "kprobe/__x64_sys_execve"
                     :license "GPL")
  (let ((task (get-current-task)))
    (with-ringbuf (event events exec-event)
      (setf (exec-event-pid event) (task-struct-pid task)
            (exec-event-tgid event) (task-struct-tgid task)
            (exec-event-comm event) (task-struct-comm task))))
  0)
