;;; port-blocker: drops TCP and UDP packets to the ports in a map.
;;;
;;;   Type:   xdp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/port-blocker.lisp --interface eth0
;;;           # port 8080 is 0x1f90; on a little-endian machine
;;;           sudo bpftool map update name blocked key 0x90 0x1f value 0 0 0 0 0 0 0 0
;;;           sudo bpftool map dump name blocked     # packets dropped, by port
;;;
;;; The map can change while the program runs: that is how user space and the
;;; kernel talk, without a reload.

(defmap blocked :type :hash
  :key-type u16 :value-type u64 :max-entries 1024)

(defconstant +fragment-offset+ #x1fff)  ; the bits of it in frag-off

;; The value of an entry is the number of packets that it stopped. An atomic
;; add, since several CPUs may drop at the same time.
(defmacro drop-when-blocked (port)
  `(when-let (drops (map-lookup blocked ,port))
     (atomic-add drops 0 1)
     (return XDP_DROP)))

(defprog port-blocker (:type :xdp)
  (let ((data (xdp-data))
        (data-end (xdp-data-end)))
    (when-let (ip (parse-ipv4 data data-end))
      ;; Only the first fragment of a packet has ports; in the others data is
      ;; where the ports would be. Without the first, the rest is no use.
      (when (= 0 (logand (ipv4-frag-off ip) +fragment-offset+))
        ;; Accessors of ports give host order, so no byte is swapped here.
        (if-let (tcp (parse-tcp data data-end))
                (drop-when-blocked (tcp-dst-port tcp))
                (when-let (udp (parse-udp data data-end))
                  (drop-when-blocked (udp-dst-port udp)))))))
  XDP_PASS)
