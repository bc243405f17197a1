;;; A record for each program that is started: who, when, which.

(defstruct event (pid u32) (uid u32) (time u64) (comm (array u8 16)))
(defmap events :type :ringbuf :max-entries 262144)

(defprog log-exec (:type :tracepoint
                   :section "tracepoint/sched/sched_process_exec")
  (with-ringbuf (event events event)
    (fill-process-info event :pid-field event-pid :uid-field event-uid
                       :timestamp-field event-time :comm-field event-comm))
  0)
