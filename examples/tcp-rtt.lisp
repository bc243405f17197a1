;;; tcp-rtt: round-trip times of a control group's TCP connections, as a
;;; histogram of powers of 2.
;;;
;;;   Type:   sockops
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/tcp-rtt.lisp \
;;;             --cgroup /sys/fs/cgroup/system.slice --duration 60
;;;
;;; A sock_ops program is called at events of a connection; which of them, it
;;; says for each connection itself. Here: once when it is established, from
;;; either side, and from then on at each new measurement of the round trip.

(defconstant +slots+ 32)

(defmap round-trips :type :array
  :key-type u32 :value-type u64 :max-entries 32) ; slot n: from 2^n us

(defprog tcp-rtt (:type :sock-ops :section "sockops")
  (case (ctx op)
    ((BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
     (sock-ops-cb-flags-set (ctx-ptr) BPF_SOCK_OPS_RTT_CB_FLAG))
    (BPF_SOCK_OPS_RTT_CB
     ;; The kernel keeps eight times the smoothed value, in microseconds.
     (incf (getmap round-trips (min (log2 (>> (ctx srtt-us) 3))
                                    (- +slots+ 1))))))
  1)
