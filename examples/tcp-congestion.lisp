;;; tcp-congestion: New Reno as a congestion control of one's own, which counts.
;;;
;;;   Type:   struct-ops
;;;   Needs:  Linux 5.13
;;;   Try:    sudo whistler run examples/tcp-congestion.lisp
;;;           sysctl net.ipv4.tcp_available_congestion_control
;;;           iperf3 -C whistler_reno -c HOST
;;;
;;; The kernel asks the programs wherever it would ask its own Reno, and they
;;; pass the question on to it. Connections choose the control by its name
;;; (TCP_CONGESTION of setsockopt); all others keep theirs.

(defstruct tally
  (losses u64)                          ; how often a new threshold was asked for
  (rounds u64)                          ; acknowledgements that may open the window
  (acked u64)                           ; packets that they acknowledged
  (undone u64)                          ; windows restored
  (least-threshold u32))                ; the smallest that Reno gave, in packets

(defmap tallies :type :array :key-type u32 :value-type tally :max-entries 1)

(defprog reno-threshold (:type :struct-ops :section "struct_ops/ssthresh")
  (let ((threshold (cast u32 (kfunc tcp-reno-ssthresh (arg 0)))))
    (when-let (tally (getmap tallies 0))
      (atomic-add (tally-losses-ptr tally) 0 1)
      (when (or (= (tally-least-threshold tally) 0)
                (< threshold (tally-least-threshold tally)))
        (setf (tally-least-threshold tally) threshold)))
    threshold))

(defprog reno-avoid (:type :struct-ops :section "struct_ops/cong_avoid")
  (when-let (tally (getmap tallies 0))
    (atomic-add (tally-rounds-ptr tally) 0 1)
    (atomic-add (tally-acked-ptr tally) 0 (arg 2)))
  (kfunc tcp-reno-cong-avoid (arg 0) (arg 1) (arg 2))
  0)

(defprog reno-undo (:type :struct-ops :section "struct_ops/undo_cwnd")
  (when-let (tally (getmap tallies 0))
    (atomic-add (tally-undone-ptr tally) 0 1))
  (kfunc tcp-reno-undo-cwnd (arg 0)))

(defstruct-ops counting-reno tcp-congestion-ops
  (ssthresh reno-threshold)
  (cong-avoid reno-avoid)
  (undo-cwnd reno-undo)
  (name "whistler_reno"))
