;;; A TCP connection goes out: addresses, ports, mark, owner, and the network
;;; namespace, into a record.
(include "include/suite.lisp")

(import-kernel-struct sock sk-mark sk-priority sk-uid)
(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-num skc-family skc-state skc-net)
(import-kernel-struct inet-sock inet-saddr inet-sport)

(defstruct connect-event
  (daddr u32)
  (saddr u32)
  (source u32)
  (mark u32)
  (priority u32)
  (uid u32)
  (namespace u32)
  (dport u16)
  (num u16)
  (sport u16)
  (family u16)
  (state u32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe tcp-connect (:kprobe "kprobe/tcp_connect")
    ((sk (as-sock (pt-regs-parm1)) (as-sock (base +sock+))))
  (let ((common (as-sock-common sk))
        (inet (as-inet-sock sk)))
    (with-ringbuf (event events connect-event)
      (setf (connect-event-daddr event) (sock-common-skc-daddr common)
            (connect-event-saddr event) (sock-common-skc-rcv-saddr common)
            (connect-event-source event) (inet-sock-inet-saddr inet)
            (connect-event-mark event) (sock-sk-mark sk)
            (connect-event-priority event) (sock-sk-priority sk)
            (connect-event-uid event) (kernel-path sk sk-uid val)
            (connect-event-namespace event)
            (kernel-path common skc-net net ns inum)
            (connect-event-dport event) (ntohs (sock-common-skc-dport common))
            (connect-event-num event) (sock-common-skc-num common)
            (connect-event-sport event) (ntohs (inet-sock-inet-sport inet))
            (connect-event-family event) (sock-common-skc-family common)
            (connect-event-state event) (sock-common-skc-state common))))
  0)
