;;; A TCP connection ends: what it carried, and how well.
(include "include/suite.lisp")

(import-kernel-struct tcp-sock
  bytes-received bytes-acked segs-in segs-out data-segs-out srtt-us snd-cwnd
  total-retrans)
(import-kernel-struct sock-common skc-daddr skc-rcv-saddr skc-dport skc-num)

(defstruct close-event
  (received u64)
  (acknowledged u64)
  (daddr u32)
  (saddr u32)
  (dport u16)
  (num u16)
  (segments-in u32)
  (segments-out u32)
  (data-segments-out u32)
  (round-trip u32)
  (window u32)
  (retransmitted u64))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe tcp-close (:kprobe "kprobe/tcp_close")
    ((tcp (as-tcp-sock (pt-regs-parm1)) (as-tcp-sock (base +sock+))))
  (let ((common (as-sock-common tcp)))
    (with-ringbuf (event events close-event)
      (setf (close-event-received event) (tcp-sock-bytes-received tcp)
            (close-event-acknowledged event) (tcp-sock-bytes-acked tcp)
            (close-event-daddr event) (sock-common-skc-daddr common)
            (close-event-saddr event) (sock-common-skc-rcv-saddr common)
            (close-event-dport event) (sock-common-skc-dport common)
            (close-event-num event) (sock-common-skc-num common)
            (close-event-segments-in event) (tcp-sock-segs-in tcp)
            (close-event-segments-out event) (tcp-sock-segs-out tcp)
            (close-event-data-segments-out event) (tcp-sock-data-segs-out tcp)
            (close-event-round-trip event) (>> (tcp-sock-srtt-us tcp) 3)
            (close-event-window event) (tcp-sock-snd-cwnd tcp)
            (close-event-retransmitted event) (tcp-sock-total-retrans tcp))))
  0)
