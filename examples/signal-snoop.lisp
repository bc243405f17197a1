;;; signal-snoop: every signal: who sends which one to whom.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/signal-snoop.lisp
;;;           sleep 100 & kill %1
;;;
;;; A kernel-made signal (SIGSEGV, SIGCHLD, SIGALRM) has a `code` above 0 and
;;; names the process that was running; kill(2) has code 0, tgkill(2) -6.

(import-kernel-struct task-struct pid tgid comm)
(import-kernel-struct kernel-siginfo si-code)

(defstruct signal-event
  (signal i32)
  (code i32)
  (result i32)                          ; 0 delivered, 1 ignored, 2 pending
  (to u32)
  (to-thread u32)
  (from u32)
  (to-comm (array u8 16))
  (from-comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 65536)

;; signal_generate (signal, info, task, group, result)
(defprog signal-snoop (:type :raw-tracepoint
                       :section "raw_tp/signal_generate"
                       :license "GPL")
  (let* ((info (as-kernel-siginfo (arg 1)))
         (task (as-task-struct (arg 2))))
    (with-ringbuf (event events signal-event)
      (fill-process-info event :pid-field signal-event-from
                               :comm-field signal-event-from-comm)
      (setf (signal-event-signal event) (arg 0)
            (signal-event-result event) (arg 4)
            ;; 0, 1 and 2 are no addresses but SEND_SIG_NOINFO, _PRIV and
            ;; _FORCED; from the kernel is SI_KERNEL, 128.
            (signal-event-code event)
            (cond ((= info 0) 0)
                  ((< info 3) 128)
                  (t (kernel-siginfo-si-code info)))
            (signal-event-to event) (task-struct-tgid task)
            (signal-event-to-thread event) (task-struct-pid task)
            (signal-event-to-comm event) (task-struct-comm task))))
  0)
