;;; icmp-echo: answers pings in the driver, without the network stack.
;;;
;;;   Type:   xdp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/icmp-echo.lisp --interface eth0
;;;           ping 10.0.0.2                              # from another machine
;;;
;;; The request becomes the answer where it lies: both pairs of addresses
;;; change places, the type becomes 0, and the packet leaves by the way it came.
;;; The sum of the IP header does not care about the order of its words, so
;;; only the ICMP checksum needs a correction, and that by the one word that
;;; changed (RFC 1624).

(defconstant +echo-request+ 8)
(defconstant +echo-reply+ 0)

;; Value of the two places exchanged.
(defmacro swap (one other)
  (let ((kept (gensym "KEPT-")))
    `(let ((,kept ,one))
       (setf ,one ,other
             ,other ,kept))))

;; The word with the type goes from 08 00 to 00 00: the complement of the sum
;; grows by it. As it stands in memory, that word is 8 on a little-endian
;; machine and #x800 on a big-endian one: htons tells.
(defmacro correct-checksum (icmp)
  `(let ((sum (+ (icmp-checksum ,icmp) (htons #x0800))))
     (setf (icmp-checksum ,icmp)
           (+ (logand sum #xffff) (>> sum 16)))))

(defprog icmp-echo (:type :xdp)
  (with-ipv4 (data data-end ip)
    (when (= (ipv4-protocol ip) +ip-proto-icmp+)
      (let ((icmp (as-icmp (+ ip (ipv4-hdr-bytes ip)))))
        (when (and (<= (+ icmp +icmp-hdr-len+) data-end)
                   (= (icmp-type icmp) +echo-request+))
          (swap (eth-dst-mac-hi data) (eth-src-mac-hi data))
          (swap (eth-dst-mac-lo data) (eth-src-mac-lo data))
          (swap (ipv4-src-addr ip) (ipv4-dst-addr ip))
          (setf (icmp-type icmp) +echo-reply+)
          (correct-checksum icmp)
          (return XDP_TX)))))
  XDP_PASS)
