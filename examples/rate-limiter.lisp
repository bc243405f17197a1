;;; rate-limiter: a token bucket for each IPv4 source: 1,000 packets a second,
;;; bursts of 50.
;;;
;;;   Type:   xdp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/rate-limiter.lisp --interface eth0
;;;           ping -f 10.0.0.2                           # from another machine
;;;           sudo bpftool map dump name buckets
;;;
;;; Tokens are counted in nanoseconds: time adds to a bucket what has passed, a
;;; packet takes what it costs. That needs no multiplication, no division and
;;; no remainder to be carried along. Two CPUs that serve the same source at
;;; the same moment may let one packet too many pass, which a limit can bear; a
;;; spin lock would cost every packet.

(defconstant +cost+ 1000000)            ; ns for a packet: 1,000 a second
(defconstant +burst+ (* 50 +cost+))

(defstruct bucket
  (credit u64)                          ; ns
  (updated u64)                         ; when credit was right
  (passed u64)
  (dropped u64))

(defmap buckets :type :lru-hash
  :key-type u32 :value-type bucket :max-entries 65536)

(defmacro new-bucket (address now)
  `(let ((fresh (make-bucket)))
     (setf (bucket-credit fresh) (- +burst+ +cost+)
           (bucket-updated fresh) ,now
           (bucket-passed fresh) 1)
     (map-update buckets ,address fresh BPF_ANY)))

(defprog rate-limiter (:type :xdp)
  (with-ipv4 (data data-end ip)
    (let ((now (ktime-get-ns))
          (address (ipv4-src-addr ip)))
      (if-let (bucket (map-lookup buckets address))
              (let ((credit (min +burst+
                                 (+ (bucket-credit bucket)
                                    (- now (bucket-updated bucket))))))
                (setf (bucket-updated bucket) now)
                (when (< credit +cost+)
                  (setf (bucket-credit bucket) credit)
                  (incf (bucket-dropped bucket))
                  (return XDP_DROP))
                (setf (bucket-credit bucket) (- credit +cost+))
                (incf (bucket-passed bucket)))
              (new-bucket address now))))
  XDP_PASS)
