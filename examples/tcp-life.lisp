;;; tcp-life: every TCP connection when it closes: its ends, how long it lived,
;;; the bytes it carried each way, retransmissions and round-trip time.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/tcp-life.lisp
;;;           curl -s http://example.org >/dev/null
;;;
;;; `inet_sock_set_state` tells each change of state. The first one of a
;;; connection, to SYN_SENT or to SYN_RECV, is the birth; CLOSE is the end, and
;;; then everything else stands in the socket.

(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-family)
(import-kernel-struct sock sk-protocol)
(import-kernel-struct inet-sock inet-sport)
(import-kernel-struct tcp-sock
  bytes-acked bytes-received total-retrans srtt-us)

(defconstant +tcp-established+ 1)
(defconstant +tcp-syn-sent+ 2)
(defconstant +tcp-syn-recv+ 3)
(defconstant +tcp-close+ 7)
(defconstant +af-inet+ 2)
(defconstant +ipproto-tcp+ 6)

(defstruct birth
  (at u64)
  (pid u32)                             ; 0: accepted, so an interrupt's doing
  (comm (array u8 16)))

(defstruct life-event
  (lifetime u64)                        ; ns
  (sent u64)                            ; bytes, as far as they were acknowledged
  (received u64)
  (daddr u32)                           ; network order
  (saddr u32)
  (dport u16)
  (sport u16)
  (retransmits u32)
  (rtt-us u32)
  (pid u32)
  (comm (array u8 16)))

(defmap births :type :lru-hash
  :key-type u64 :value-type birth :max-entries 16384)

(defmap events :type :ringbuf :max-entries 262144)

;; Only an outgoing connection is born in the process that it belongs to.
(defmacro note-birth (sk state)
  `(let ((fresh (make-birth)))
     (setf (birth-at fresh) (ktime-get-ns))
     (when (= ,state +tcp-syn-sent+)
       (setf (birth-pid fresh) (>> (get-current-pid-tgid) 32))
       (get-current-comm (birth-comm-ptr fresh) 16))
     (map-update births ,sk fresh BPF_NOEXIST)))

;; The socket as sock_common, inet_sock and tcp_sock: all start at the same
;; address. The port is taken from inet_sport, since skc_num is 0 by now: a
;; closing socket gives its port back first.
(defmacro report-life (sk)
  `(when-let (born (map-lookup births ,sk))
     (with-ringbuf (event events life-event)
       (let ((ends (as-sock-common ,sk))
             (inet (as-inet-sock ,sk))
             (tcp (as-tcp-sock ,sk)))
         (setf (life-event-lifetime event) (- (ktime-get-ns) (birth-at born))
               (life-event-pid event) (birth-pid born)
               (life-event-daddr event) (sock-common-skc-daddr ends)
               (life-event-saddr event) (sock-common-skc-rcv-saddr ends)
               (life-event-dport event) (ntohs (sock-common-skc-dport ends))
               (life-event-sport event) (ntohs (inet-sock-inet-sport inet))
               (life-event-sent event) (tcp-sock-bytes-acked tcp)
               (life-event-received event) (tcp-sock-bytes-received tcp)
               (life-event-retransmits event) (tcp-sock-total-retrans tcp)
               ;; The kernel keeps eight times the smoothed value.
               (life-event-rtt-us event) (>> (tcp-sock-srtt-us tcp) 3)))
       (memcpy (life-event-comm-ptr event) 0 (birth-comm-ptr born) 0 16))
     (map-delete births ,sk)))

;; inet_sock_set_state (sock, old state, new state)
(defprog tcp-life (:type :raw-tracepoint
                   :section "raw_tp/inet_sock_set_state"
                   :license "GPL")
  (let* ((sk (arg 0))
         (state (cast u32 (arg 2))))
    ;; The tracepoint also serves SCTP and MPTCP.
    (when (and (= (sock-sk-protocol (as-sock sk)) +ipproto-tcp+)
               (= (sock-common-skc-family (as-sock-common sk)) +af-inet+))
      (cond ((or (= state +tcp-syn-sent+) (= state +tcp-syn-recv+))
             (note-birth sk state))
            ((= state +tcp-close+) (report-life sk)))))
  0)
