;;; fork-snoop: each new process and thread, with its parent.
;;;
;;;   Type:   tp_btf
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/fork-snoop.lisp
;;;
;;; The arguments of a tp_btf program are pointers that the verifier vouches
;;; for: their fields are plain loads, without a helper call.

(import-kernel-struct task-struct pid tgid comm)

(defstruct fork-event
  (parent u32)
  (child u32)
  (child-thread u32)                    ; differs from `child` for a thread
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 65536)

;; sched_process_fork (parent, child)
(defprog fork-snoop (:type :tp-btf :section "tp_btf/sched_process_fork"
                     :license "GPL")
  (let ((parent (as-task-struct (arg 0)))
        (child (as-task-struct (arg 1))))
    (with-ringbuf (event events fork-event)
      (setf (fork-event-parent event) (task-struct-tgid parent)
            (fork-event-child event) (task-struct-tgid child)
            (fork-event-child-thread event) (task-struct-pid child)
            (fork-event-comm event) (task-struct-comm child))))
  0)
