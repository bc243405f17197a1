;;; Counts the packets that reach an interface.

(defmap packets :type :array :key-type u32 :value-type u64 :max-entries 1)

(defprog count-packets (:type :xdp)
  (incf (getmap packets 0))
  XDP_PASS)
