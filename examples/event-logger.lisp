;;; event-logger: a record for every TCP connection that somebody tries to open
;;; or that is refused, in a ring buffer.
;;;
;;;   Type:   tc
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/event-logger.lisp --interface eth0
;;;
;;; Only packets with SYN and without ACK, and those with RST, are logged.
;;; When the reader is too slow and the buffer is full, the body of
;;; with-ringbuf is skipped; `lost` tells how often that happened.

(defstruct tcp-event
  (timestamp u64)
  (source u32)                          ; network order
  (destination u32)
  (source-port u16)                     ; host order
  (destination-port u16)
  (flags u8))

(defmap events :type :ringbuf :max-entries 262144)

(defmap lost :type :array
  :key-type u32 :value-type u64 :max-entries 1)

(defprog event-logger (:type :tc)
  (let* ((data (tc-data))
         (data-end (tc-data-end))
         (ip (parse-ipv4 data data-end))
         (tcp (parse-tcp data data-end))
         (written 0))
    (when (and ip tcp)
      (let ((flags (tcp-flags tcp)))
        (when (or (logand flags +tcp-rst+)
                  (= (logand flags (logior +tcp-syn+ +tcp-ack+)) +tcp-syn+))
          (with-ringbuf (event events tcp-event)
            (setf (tcp-event-timestamp event) (ktime-get-ns)
                  (tcp-event-source event) (ipv4-src-addr ip)
                  (tcp-event-destination event) (ipv4-dst-addr ip)
                  (tcp-event-source-port event) (tcp-src-port tcp)
                  (tcp-event-destination-port event) (tcp-dst-port tcp)
                  (tcp-event-flags event) flags
                  written 1))
          (unless written
            (incf (getmap lost 0)))))))
  TC_ACT_OK)
