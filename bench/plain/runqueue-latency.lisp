;;; How long tasks wait for a CPU: a histogram of microseconds by powers of two.

(deftracepoint sched/sched-switch next-pid)

(defmap woken :type :hash :key-type u32 :value-type u64 :max-entries 10240)
(defmap latency :type :array :key-type u32 :value-type u64 :max-entries 64)

(defprog switch (:type :tracepoint :section "tracepoint/sched/sched_switch")
  (when-let (since (map-lookup woken (tp-next-pid)))
    (incf (getmap latency (log2 (/ (- (ktime-get-ns) (load u64 since)) 1000))))
    (remmap woken (tp-next-pid)))
  0)
