;;; k5: six fields of a socket's common part into a record.
;;; Try: whistler compile bench/probes/k5.lisp --no-core --report
(include "include/suite.lisp")

(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-num skc-family skc-state)

(defstruct sock-event
  (daddr u32)
  (saddr u32)
  (dport u16)
  (num u16)
  (family u16)
  (state u8))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe k5 (:kprobe "kprobe/tcp_v4_connect")
    ((sk (as-sock-common (pt-regs-parm1)) (as-sock-common (base +sock+))))
  (with-ringbuf (event events sock-event)
    (setf (sock-event-daddr event) (sock-common-skc-daddr sk)
          (sock-event-saddr event) (sock-common-skc-rcv-saddr sk)
          (sock-event-dport event) (sock-common-skc-dport sk)
          (sock-event-num event) (sock-common-skc-num sk)
          (sock-event-family event) (sock-common-skc-family sk)
          (sock-event-state event) (sock-common-skc-state sk)))
  0)
