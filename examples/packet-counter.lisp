;;; packet-counter: packets and bytes by IP protocol, counted before the
;;; network stack sees them.
;;;
;;;   Type:   xdp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/packet-counter.lisp --interface eth0
;;;   Or:     whistler compile examples/packet-counter.lisp
;;;           sudo bpftool prog load examples/packet-counter.bpf.o /sys/fs/bpf/counter
;;;           sudo bpftool net attach xdp pinned /sys/fs/bpf/counter dev eth0
;;;           sudo bpftool map dump name traffic
;;;           sudo bpftool net detach xdp dev eth0
;;;
;;; Each CPU has a copy of the array, so plain additions are enough: nothing
;;; else writes there while the program runs.

(defstruct volume
  (packets u64)
  (bytes u64))

(defmap traffic :type :percpu-array
  :key-type u32 :value-type volume :max-entries 256)

(defprog packet-counter (:type :xdp)
  (with-ipv4 (data data-end ip)
    ;; A protocol number is at most 255 and the array has 256 entries; the
    ;; verifier asks for the null test all the same.
    (when-let (volume (map-lookup traffic (ipv4-protocol ip)))
      (incf (volume-packets volume))
      (incf (volume-bytes volume) (- data-end data))))
  XDP_PASS)
