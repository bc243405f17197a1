;;; tcp-connect-latency: how long the handshake of an outgoing TCP connection
;;; (IPv4) takes, and who asked for it.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/tcp-connect-latency.lisp
;;;           curl -s http://example.org >/dev/null
;;;
;;; tcp_v4_connect runs in the process that connects, so it knows who that is.
;;; The answer arrives in an interrupt, in whatever process is running there:
;;; the socket's address ties the two together.

(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-num skc-state)

(defconstant +tcp-syn-sent+ 2)

(defstruct attempt
  (started u64)
  (pid u32)
  (comm (array u8 16)))

(defstruct connect-event
  (latency u64)                         ; ns
  (daddr u32)                           ; network order, as all tools show it
  (saddr u32)
  (dport u16)
  (sport u16)
  (pid u32)
  (comm (array u8 16)))

;; Attempts that were given up leave their entry behind: an LRU map drops it.
(defmap attempts :type :lru-hash
  :key-type u64 :value-type attempt :max-entries 8192)

(defmap events :type :ringbuf :max-entries 65536)

(defprog connect-started (:type :kprobe :section "kprobe/tcp_v4_connect"
                          :license "GPL")
  (let ((fresh (make-attempt)))
    (fill-process-info fresh :pid-field attempt-pid
                             :timestamp-field attempt-started
                             :comm-field attempt-comm)
    (map-update attempts (pt-regs-parm1) fresh BPF_ANY))
  0)

;; Each packet for a socket that is not yet, or no longer, established.
(defprog answer-received (:type :kprobe :section "kprobe/tcp_rcv_state_process"
                          :license "GPL")
  (let ((sk (as-sock-common (pt-regs-parm1))))
    (when (= (sock-common-skc-state sk) +tcp-syn-sent+)
      (when-let (begun (map-lookup attempts (pt-regs-parm1)))
        (with-ringbuf (event events connect-event)
          (setf (connect-event-latency event) (- (ktime-get-ns)
                                                 (attempt-started begun))
                (connect-event-pid event) (attempt-pid begun)
                (connect-event-daddr event) (sock-common-skc-daddr sk)
                (connect-event-saddr event) (sock-common-skc-rcv-saddr sk)
                (connect-event-dport event) (ntohs (sock-common-skc-dport sk))
                (connect-event-sport event) (sock-common-skc-num sk))
          (memcpy (connect-event-comm-ptr event) 0
                  (attempt-comm-ptr begun) 0 16))
        (map-delete attempts (pt-regs-parm1)))))
  0)
