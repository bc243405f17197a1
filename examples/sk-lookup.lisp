;;; sk-lookup: one server socket for a whole range of ports.
;;;
;;;   Type:   sk_lookup
;;;   Needs:  Linux 5.10
;;;   Try:    sudo bpftool prog load examples/sk-lookup.bpf.o /sys/fs/bpf/lookup
;;;           then put the listening socket into `server` and attach the
;;;           program to the network namespace, as tests/scenarios does
;;;
;;; A socket can listen on one port or, with this program in front of the
;;; kernel's own look-up, on any set of ports and addresses.

(defconstant +first-port+ 7000)
(defconstant +last-port+ 7999)
(defconstant +ipproto-tcp+ 6)

(defmap server :type :sockmap
  :key-type u32 :value-type u64 :max-entries 1)

(defprog steer (:type :sk-lookup :section "sk_lookup")
  (let ((port (ctx local-port)))        ; in host order, unlike remote-port
    (when (and (= (ctx protocol) +ipproto-tcp+)
               (>= port +first-port+)
               (<= port +last-port+))
      (when-let (sk (map-lookup server 0))
        (let ((failed (sk-assign (ctx-ptr) sk 0)))
          (sk-release sk)               ; a look-up in a sockmap takes a reference
          (when failed
            (return SK_DROP))))))
  SK_PASS)
