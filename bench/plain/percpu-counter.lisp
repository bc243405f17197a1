;;; Counts system calls, each CPU for itself.

(defmap calls :type :percpu-array :key-type u32 :value-type u64 :max-entries 1)

(defprog count-calls (:type :raw-tracepoint :section "raw_tp/sys_enter")
  (incf (getmap calls 0))
  0)
