;;; Packet headers and the ways to them. Every pointer that these forms give
;;; has been compared with the packet's end, so that the verifier accepts
;;; loads through it. IP options are skipped: the transport header is where
;;; the IP header's own length says. Where packets with options may pass for
;;; another protocol, `:options nil` makes with-tcp and its kin shorter.
;;; Addresses and checksums stand as they are in the packet; what else is in
;;; network order is converted.

(defheader eth
  (dst-mac    :offset 0  :type (array u8 6))
  (src-mac    :offset 6  :type (array u8 6))
  (dst-mac-hi :offset 0  :type u32)
  (dst-mac-lo :offset 4  :type u16)
  (src-mac-hi :offset 6  :type u32)
  (src-mac-lo :offset 10 :type u16)
  (type       :offset 12 :type u16 :net-order t))

(defheader ipv4
  (ver-ihl   :offset 0  :type u8)
  (tos       :offset 1  :type u8)
  (total-len :offset 2  :type u16 :net-order t)
  (id        :offset 4  :type u16 :net-order t)
  (frag-off  :offset 6  :type u16 :net-order t)
  (ttl       :offset 8  :type u8)
  (protocol  :offset 9  :type u8)
  (checksum  :offset 10 :type u16)
  (src-addr  :offset 12 :type u32)
  (dst-addr  :offset 16 :type u32))

(defheader ipv6
  (ver-tc-flow :offset 0  :type u32 :net-order t)
  (payload-len :offset 4  :type u16 :net-order t)
  (next-hdr    :offset 6  :type u8)
  (hop-limit   :offset 7  :type u8)
  (src-addr    :offset 8  :type (array u8 16))
  (src-addr-hi :offset 8  :type u64)
  (src-addr-lo :offset 16 :type u64)
  (dst-addr    :offset 24 :type (array u8 16))
  (dst-addr-hi :offset 24 :type u64)
  (dst-addr-lo :offset 32 :type u64))

(defheader icmp
  (type     :offset 0 :type u8)
  (code     :offset 1 :type u8)
  (checksum :offset 2 :type u16)
  (id       :offset 4 :type u16 :net-order t)
  (seq      :offset 6 :type u16 :net-order t))

(defheader tcp
  (src-port :offset 0  :type u16 :net-order t)
  (dst-port :offset 2  :type u16 :net-order t)
  (seq      :offset 4  :type u32 :net-order t)
  (ack-seq  :offset 8  :type u32 :net-order t)
  (data-off :offset 12 :type u8)
  (flags    :offset 13 :type u8)
  (window   :offset 14 :type u16 :net-order t)
  (checksum :offset 16 :type u16)
  (urgent   :offset 18 :type u16 :net-order t))

(defheader udp
  (src-port :offset 0 :type u16 :net-order t)
  (dst-port :offset 2 :type u16 :net-order t)
  (length   :offset 4 :type u16 :net-order t)
  (checksum :offset 6 :type u16))

(defconstant +eth-hdr-len+ 14)
(defconstant +ipv4-hdr-len+ 20)
(defconstant +ipv6-hdr-len+ 40)
(defconstant +icmp-hdr-len+ 8)
(defconstant +tcp-hdr-len+ 20)
(defconstant +udp-hdr-len+ 8)

(defconstant +ethertype-ipv4+ #x0800)
(defconstant +ethertype-arp+ #x0806)
(defconstant +ethertype-vlan+ #x8100)
(defconstant +ethertype-ipv6+ #x86dd)
(defconstant +ethertype-qinq+ #x88a8)

(defconstant +ip-proto-icmp+ 1)
(defconstant +ip-proto-igmp+ 2)
(defconstant +ip-proto-tcp+ 6)
(defconstant +ip-proto-udp+ 17)
(defconstant +ip-proto-gre+ 47)
(defconstant +ip-proto-esp+ 50)
(defconstant +ip-proto-icmpv6+ 58)
(defconstant +ip-proto-sctp+ 132)

(defconstant +tcp-fin+ #x01)
(defconstant +tcp-syn+ #x02)
(defconstant +tcp-rst+ #x04)
(defconstant +tcp-psh+ #x08)
(defconstant +tcp-ack+ #x10)
(defconstant +tcp-urg+ #x20)
(defconstant +tcp-ece+ #x40)
(defconstant +tcp-cwr+ #x80)

(defmacro xdp-data () '(ctx data))
(defmacro xdp-data-end () '(ctx data-end))
(defmacro tc-data () '(ctx data))
(defmacro tc-data-end () '(ctx data-end))

(defmacro ipv4-hdr-bytes (ip)
  "The length of an IPv4 header with its options."
  `(* 4 (logand (ipv4-ver-ihl ,ip) 15)))

;;; One form for each layer, for XDP and for tc; LEAVE is the result of the
;;; program for a packet that is too short.

(defun packet-form (data data-end min-len leave body)
  `(let ((,data (ctx data)) (,data-end (ctx data-end)))
     (when (> (+ ,data ,min-len) ,data-end) (return ,leave))
     ,@body))

(defun ipv4-form (data data-end ip leave body)
  (packet-form data data-end '(+ +eth-hdr-len+ +ipv4-hdr-len+) leave
               `((when (= (eth-type ,data) +ethertype-ipv4+)
                   (let ((,ip (as-ipv4 (+ ,data +eth-hdr-len+))))
                     ,@body)))))

(defun transport-form (data data-end protocol header length tag leave body)
  (let ((ip (gensym "IP-")))
    (ipv4-form data data-end ip leave
               `((when (= (ipv4-protocol ,ip) ,protocol)
                   (let ((,header (,tag (+ ,ip (ipv4-hdr-bytes ,ip)))))
                     (when (> (+ ,header ,length) ,data-end) (return ,leave))
                     ,@body))))))

(defun plain-transport-form (data data-end protocol header length tag leave
                             body)
  "Without IP options: one comparison with the packet's end, and one of the
EtherType together with version and length of the IP header."
  (packet-form data data-end `(+ +eth-hdr-len+ +ipv4-hdr-len+ ,length) leave
               `((when (and (= (logand (load u32 ,data 12) #xffffff) #x450008)
                            (= (load u8 ,data 23) ,protocol))
                   (let ((,header (,tag (+ ,data +eth-hdr-len+
                                           +ipv4-hdr-len+))))
                     ,@body)))))

(defun with-transport-form (options data data-end protocol header length tag
                            leave body)
  (if options
      (transport-form data data-end protocol header length tag leave body)
      (plain-transport-form data data-end protocol header length tag leave
                            body)))

(defmacro with-packet ((data data-end &key (min-len 0)) &body body)
  (packet-form data data-end min-len 'XDP_PASS body))

(defmacro with-eth ((data data-end) &body body)
  (packet-form data data-end '+eth-hdr-len+ 'XDP_PASS body))

(defmacro with-ipv4 ((data data-end ip) &body body)
  (ipv4-form data data-end ip 'XDP_PASS body))

(defmacro with-tcp ((data data-end tcp &key (options t)) &body body)
  (with-transport-form options data data-end '+ip-proto-tcp+ tcp
                       '+tcp-hdr-len+ 'as-tcp 'XDP_PASS body))

(defmacro with-udp ((data data-end udp &key (options t)) &body body)
  (with-transport-form options data data-end '+ip-proto-udp+ udp
                       '+udp-hdr-len+ 'as-udp 'XDP_PASS body))

(defmacro with-tc-packet ((data data-end &key (min-len 0)) &body body)
  (packet-form data data-end min-len 'TC_ACT_OK body))

(defmacro with-tc-eth ((data data-end) &body body)
  (packet-form data data-end '+eth-hdr-len+ 'TC_ACT_OK body))

(defmacro with-tc-ipv4 ((data data-end ip) &body body)
  (ipv4-form data data-end ip 'TC_ACT_OK body))

(defmacro with-tc-tcp ((data data-end tcp &key (options t)) &body body)
  (with-transport-form options data data-end '+ip-proto-tcp+ tcp
                       '+tcp-hdr-len+ 'as-tcp 'TC_ACT_OK body))

(defmacro with-tc-udp ((data data-end udp &key (options t)) &body body)
  (with-transport-form options data data-end '+ip-proto-udp+ udp
                       '+udp-hdr-len+ 'as-udp 'TC_ACT_OK body))

;;; A pointer to a header, or 0: DATA is the start of the packet for each.

(defun parse-network-form (data data-end ethertype length tag)
  (let ((start (gensym "DATA-")))
    `(let ((,start ,data))
       (if (and (<= (+ ,start (+ +eth-hdr-len+ ,length)) ,data-end)
                (= (eth-type ,start) ,ethertype))
           (,tag (+ ,start +eth-hdr-len+))
           0))))

(defun parse-transport-form (data data-end protocol length tag)
  (let ((start (gensym "DATA-")) (end (gensym "END-")) (ip (gensym "IP-"))
        (header (gensym "HEADER-")))
    `(let* ((,start ,data) (,end ,data-end)
            (,ip (parse-ipv4 ,start ,end)))
       (if (and ,ip (= (ipv4-protocol ,ip) ,protocol))
           (let ((,header (,tag (+ ,ip (ipv4-hdr-bytes ,ip)))))
             (if (<= (+ ,header ,length) ,end) ,header 0))
           0))))

(defmacro parse-eth (data data-end)
  (let ((start (gensym "DATA-")))
    `(let ((,start ,data))
       (if (<= (+ ,start +eth-hdr-len+) ,data-end) (as-eth ,start) 0))))

(defmacro parse-ipv4 (data data-end)
  (parse-network-form data data-end '+ethertype-ipv4+ '+ipv4-hdr-len+
                      'as-ipv4))

(defmacro parse-ipv6 (data data-end)
  (parse-network-form data data-end '+ethertype-ipv6+ '+ipv6-hdr-len+
                      'as-ipv6))

(defmacro parse-tcp (data data-end)
  (parse-transport-form data data-end '+ip-proto-tcp+ '+tcp-hdr-len+ 'as-tcp))

(defmacro parse-udp (data data-end)
  (parse-transport-form data data-end '+ip-proto-udp+ '+udp-hdr-len+ 'as-udp))
