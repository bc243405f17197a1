;;; ancestry: for each program that is started, the chain of its ancestors up to
;;; the first process.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.17 (bpf_loop)
;;;   Try:    sudo whistler run examples/ancestry.lisp
;;;
;;; Which service does this shell come from? The chain may be long, and the
;;; verifier follows a plain loop round by round. With bpf-loop the body is
;;; verified once, whatever the number of rounds. The price: it knows nothing of
;;; `i` there, so an index needs a bound of its own.

(import-kernel-struct task-struct tgid real-parent comm)

(defconstant +most+ 32)

(defstruct ancestry-event
  (count u32)
  (comm (array u8 16))
  (pids (array u32 32)))                ; itself, its parent, … , 1

(defmap events :type :ringbuf :max-entries 262144)

(defprog ancestry (:type :raw-tracepoint
                   :section "raw_tp/sched_process_exec"
                   :license "GPL")
  (with-ringbuf (event events ancestry-event)
    (let ((task (get-current-task))
          (count 0))
      (setf (ancestry-event-comm event) (task-struct-comm task))
      (bpf-loop (i +most+)
        (when (>= i +most+) (break))
        (let ((pid (task-struct-tgid task)))
          (setf (ancestry-event-pids event i) pid)
          (incf count)
          (when (<= pid 1) (break))
          (setf task (task-struct-real-parent task))))
      (setf (ancestry-event-count event) count)))
  0)
