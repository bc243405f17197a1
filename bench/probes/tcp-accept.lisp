;;; accept returns: the new connection, and how full the listener's queue is.
(include "include/suite.lisp")

(import-kernel-struct sock sk-ack-backlog sk-max-ack-backlog sk-rcvbuf
  sk-sndbuf)
(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-num skc-family)

(defstruct accept-event
  (daddr u32)
  (saddr u32)
  (dport u16)
  (num u16)
  (family u32)
  (backlog u32)
  (backlog-limit u32)
  (receive-buffer i32)
  (send-buffer i32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe tcp-accept (:kretprobe "kretprobe/inet_csk_accept")
    ((sk (as-sock (pt-regs-ret)) (as-sock (base +listener+))))
  (when sk
    (let ((common (as-sock-common sk)))
      (with-ringbuf (event events accept-event)
        (setf (accept-event-daddr event) (sock-common-skc-daddr common)
              (accept-event-saddr event) (sock-common-skc-rcv-saddr common)
              (accept-event-dport event) (sock-common-skc-dport common)
              (accept-event-num event) (sock-common-skc-num common)
              (accept-event-family event) (sock-common-skc-family common)
              (accept-event-backlog event) (sock-sk-ack-backlog sk)
              (accept-event-backlog-limit event) (sock-sk-max-ack-backlog sk)
              (accept-event-receive-buffer event) (sock-sk-rcvbuf sk)
              (accept-event-send-buffer event) (sock-sk-sndbuf sk)))))
  0)
