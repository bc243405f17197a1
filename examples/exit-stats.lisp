;;; exit-stats: an account of every process when it ends: how long it lived,
;;; its CPU time, peak memory, page faults, context switches and exit code.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/exit-stats.lisp
;;;
;;; What `time` prints, for the whole machine, without starting anything under
;;; it. The figures of threads that ended earlier are in signal_struct, those of
;;; the last thread in its task.

(import-kernel-struct task-struct
  tgid exit-code start-time utime stime nvcsw nivcsw min-flt maj-flt comm signal)
(import-kernel-struct signal-struct
  live utime stime nvcsw nivcsw min-flt maj-flt maxrss)
(import-kernel-struct atomic-t counter)

(defstruct exit-event
  (lifetime u64)                        ; ns
  (user-time u64)                       ; ns, as are all times of the scheduler
  (system-time u64)
  (peak-pages u64)
  (minor-faults u64)
  (major-faults u64)
  (waits u64)                           ; voluntary context switches
  (preemptions u64)                     ; and those it did not ask for
  (pid u32)
  (status u32)                          ; exit status << 8, or the signal
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 262144)

;; sched_process_exit (task, …), once for each thread
(defprog exit-stats (:type :raw-tracepoint
                     :section "raw_tp/sched_process_exit"
                     :license "GPL")
  (let* ((task (get-current-task))
         (all (task-struct-signal task)))
    ;; Only the last thread reports: `live` has been counted down already.
    (when (= 0 (atomic-t-counter (signal-struct-live all)))
      (with-ringbuf (event events exit-event)
        (setf (exit-event-pid event) (task-struct-tgid task)
              (exit-event-status event) (task-struct-exit-code task)
              (exit-event-comm event) (task-struct-comm task)
              (exit-event-lifetime event) (- (ktime-get-ns)
                                             (task-struct-start-time task))
              (exit-event-peak-pages event) (signal-struct-maxrss all)
              (exit-event-user-time event) (+ (task-struct-utime task)
                                              (signal-struct-utime all))
              (exit-event-system-time event) (+ (task-struct-stime task)
                                                (signal-struct-stime all))
              (exit-event-minor-faults event) (+ (task-struct-min-flt task)
                                                 (signal-struct-min-flt all))
              (exit-event-major-faults event) (+ (task-struct-maj-flt task)
                                                 (signal-struct-maj-flt all))
              (exit-event-waits event) (+ (task-struct-nvcsw task)
                                          (signal-struct-nvcsw all))
              (exit-event-preemptions event)
              (+ (task-struct-nivcsw task) (signal-struct-nivcsw all))))))
  0)
