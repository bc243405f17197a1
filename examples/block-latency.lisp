;;; block-latency: time from the creation of a block request to its completion,
;;; as one histogram for each operation (read, write, flush, discard …).
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/block-latency.lisp --duration 10
;;;
;;; The kernel notes the start time in the request itself (while iostats are
;;; on for the queue, which is the default), so the completion is all there is
;;; to watch: no map of requests in flight, half the overhead.

(import-kernel-struct request start-time-ns cmd-flags)

(defconstant +operation-mask+ #xff)     ; REQ_OP_MASK: the rest are flags
(defconstant +slots+ 32)

(defstruct slot-key
  (operation u32)                       ; 0 read, 1 write, 2 flush, 3 discard
  (slot u32))                           ; latency in us: from 2^slot

(defmap latency :type :hash
  :key-type slot-key :value-type u64 :max-entries 1024)

;; block_rq_complete (request, error, bytes)
(defprog request-done (:type :raw-tracepoint
                       :section "raw_tp/block_rq_complete"
                       :license "GPL")
  (let* ((request (as-request (arg 0)))
         (start (request-start-time-ns request))
         (now (ktime-get-ns)))
    (when (and start (> now start))
      (let ((key (make-slot-key)))
        (setf (slot-key-operation key) (logand (request-cmd-flags request)
                                               +operation-mask+)
              (slot-key-slot key) (min (log2 (/ (- now start) 1000))
                                       (- +slots+ 1)))
        (incf (getmap latency key)))))
  0)
