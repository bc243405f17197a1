;;; sock-common: six fields of each TCP socket that sends its SYN, as a
;;; ring-buffer record.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    whistler compile examples/sock-common.lisp --report
;;;           sudo whistler run examples/sock-common.lisp
;;;
;;; tcp_connect is called once addresses and ports are chosen; tcp_v4_connect,
;;; one step before, would show zeros.
;;;
;;; The six lie within twenty bytes of one struct: one read of kernel memory
;;; brings them all.

(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-num skc-family skc-state)

(defstruct connect-event
  (daddr u32)
  (saddr u32)
  (dport u16)
  (sport u16)
  (family u16)
  (state u8))

(defmap connects :type :ringbuf :max-entries 65536)

(defprog sock-connect (:type :kprobe
                       :section "kprobe/tcp_connect"
                       :license "GPL")
  (let ((sk (as-sock-common (pt-regs-parm1))))
    (with-ringbuf (event connects connect-event)
      (setf (connect-event-daddr event) (sock-common-skc-daddr sk)
            (connect-event-saddr event) (sock-common-skc-rcv-saddr sk)
            (connect-event-dport event) (ntohs (sock-common-skc-dport sk))
            (connect-event-sport event) (sock-common-skc-num sk)
            (connect-event-family event) (sock-common-skc-family sk)
            (connect-event-state event) (sock-common-skc-state sk))))
  0)
