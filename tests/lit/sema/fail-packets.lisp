; A packet is touched only behind a comparison with its end.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s
(defheader tag (kind :offset 0 :type u16 :net-order t) (size :offset 2 :type u32))
(defprog loaded (:type :xdp)
  (let ((data (xdp-data)))
    ; KIND: PacketUnchecked
    ; CHECK: fail-packets.lisp:[[# @LINE + 1]]:5: error: the packet is touched here before a comparison with its end: the kernel refuses that
    (load u32 data 12)))
(defprog stored (:type :tc)
  (let ((data (tc-data)) (end (tc-data-end)))
    ; CHECK: fail-packets.lisp:[[# @LINE + 1]]:11: error: the packet is touched here
    (setf (tag-size data) 7)
    (if (> (+ data 14) end) 0 1)))
(defprog subtracted (:type :xdp)
  (let ((data (xdp-data)) (end (xdp-data-end)))
    ; CHECK: fail-packets.lisp:[[# @LINE + 1]]:39: error: the packet is touched here
    (if (> (cast u32 (- end data)) 4) (tag-kind data) 1)))
(defsubprog is-tagged ((data (ptr tag)) (end u64)) -> u32
  (if (> (+ data 6) end) 0 (tag-kind data)))
(defprog compared (:type :xdp)
  ; CHECK-NOT: error
  (let ((data (xdp-data)) (end (xdp-data-end)))
    (when (and (<= (+ data 14) end) (= (load u8 data) 1))
      (return XDP_DROP))
    (is-tagged data end)))
