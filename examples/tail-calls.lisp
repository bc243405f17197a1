;;; tail-calls: a dispatcher that jumps to one program for each IP protocol.
;;;
;;;   Type:   xdp
;;;   Needs:  Linux 5.10
;;;   Try:    whistler compile examples/tail-calls.lisp
;;;           sudo bpftool prog loadall examples/tail-calls.bpf.o /sys/fs/bpf/tail
;;;           sudo bpftool map update name handlers key 6 0 0 0 \
;;;             value pinned /sys/fs/bpf/tail/handle_tcp
;;;           sudo bpftool map update name handlers key 17 0 0 0 \
;;;             value pinned /sys/fs/bpf/tail/handle_udp
;;;           sudo bpftool net attach xdp pinned /sys/fs/bpf/tail/dispatcher dev eth0
;;;
;;; A tail call replaces the running program and does not come back; when the
;;; slot is empty it does nothing, and the next form is what happens then. The
;;; handlers can be exchanged one by one while traffic flows.

(defmap handlers :type :prog-array
  :key-type u32 :value-type u32 :max-entries 256)

(defmap verdicts :type :array
  :key-type u32 :value-type u64 :max-entries 3) ; other, TCP, UDP

(defprog handle-tcp (:type :xdp)
  (incf (getmap verdicts 1))
  XDP_PASS)

;; An example of a policy: no UDP from below port 1024 but DNS.
(defprog handle-udp (:type :xdp)
  (incf (getmap verdicts 2))
  (with-udp (data data-end udp)
    (let ((port (udp-src-port udp)))
      (when (and (< port 1024) (/= port 53))
        (return XDP_DROP))))
  XDP_PASS)

(defprog dispatcher (:type :xdp)
  (with-ipv4 (data data-end ip)
    (tail-call handlers (ipv4-protocol ip)))
  (incf (getmap verdicts 0))
  XDP_PASS)
