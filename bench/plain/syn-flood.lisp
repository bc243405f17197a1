;;; Drops SYN packets of senders that sent too many of them within a second.

(defconstant +limit+ 100)
(defconstant +window-ns+ 1000000000)

(defstruct sender (start u64) (count u64))
(defmap senders :type :lru-hash :key-type u32 :value-type sender
  :max-entries 65536)

(defprog syn-flood (:type :xdp)
  (with-tcp (data data-end tcp)
    (when (= (logand (tcp-flags tcp) (logior +tcp-syn+ +tcp-ack+)) +tcp-syn+)
      (let* ((address (ipv4-src-addr (+ data +eth-hdr-len+)))
             (now (ktime-get-ns))
             (known (map-lookup senders address)))
        (if known
            (if (> (- now (sender-start known)) +window-ns+)
                (setf (sender-start known) now (sender-count known) 1)
                (when (> (incf (sender-count known)) +limit+)
                  (return XDP_DROP)))
            (let ((fresh (make-sender)))
              (setf (sender-start fresh) now (sender-count fresh) 1)
              (setf (getmap senders address) fresh))))))
  XDP_PASS)
