;;; Drops TCP packets to one port and counts them.

(defmap dropped :type :array :key-type u32 :value-type u64 :max-entries 1)

(defprog block-port (:type :xdp)
  (with-tcp (data data-end tcp :options nil)
    (when (= (tcp-dst-port tcp) 9999)
      (incf (getmap dropped 0))
      (return XDP_DROP)))
  XDP_PASS)
