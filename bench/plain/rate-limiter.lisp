;;; A token bucket for each IPv4 sender, forgotten when it was not used lately.

(defconstant +burst+ 100)
(defconstant +ns-per-token+ 1000000)

(defstruct bucket (tokens u64) (filled u64))
(defmap buckets :type :lru-hash :key-type u32 :value-type bucket
  :max-entries 65536)

(defprog limit-rate (:type :xdp)
  (with-ipv4 (data data-end ip)
    (let* ((address (ipv4-src-addr ip))
           (now (ktime-get-ns))
           (known (map-lookup buckets address)))
      (if known
          (let ((tokens (min +burst+ (+ (bucket-tokens known)
                                        (/ (- now (bucket-filled known))
                                           +ns-per-token+)))))
            (when (= tokens 0) (return XDP_DROP))
            (setf (bucket-tokens known) (1- tokens)
                  (bucket-filled known) now))
          (let ((fresh (make-bucket)))
            (setf (bucket-tokens fresh) (1- +burst+) (bucket-filled fresh) now)
            (setf (getmap buckets address) fresh)))))
  XDP_PASS)
