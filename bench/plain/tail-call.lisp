;;; Hands a packet to the program for its protocol.

(defmap handlers :type :prog-array :max-entries 256)

(defprog dispatch (:type :xdp)
  (with-ipv4 (data data-end ip)
    (tail-call handlers (ipv4-protocol ip)))
  XDP_PASS)
