;;; sk-lookup: one server socket for a whole range of ports.
;;;
;;;   Type:   sk_lookup
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/sk-lookup.lisp
;;;           # the server puts its listening socket into the map `server`, with
;;;           # bpf_map_update_elem: a C program of ten lines, or
;;;           # tests/scenarios/CgroupScenarios.cpp
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
