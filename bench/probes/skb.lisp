;;; A packet comes in: the skb's own fields, two of them bitfields, and the IP
;;; header at the place that the skb says.
(include "include/suite.lisp")

(import-kernel-struct sk-buff
  len data-len hash truesize protocol network-header transport-header head
  pkt-type ip-summed)
(import-kernel-struct iphdr saddr daddr protocol ttl tot-len)

(defstruct packet-event
  (saddr u32)
  (daddr u32)
  (len u32)
  (data-len u32)
  (hash u32)
  (truesize u32)
  (total-len u16)
  (protocol u16)
  (network u16)
  (transport u16)
  (ip-protocol u8)
  (ttl u8)
  (kind u8)
  (checked u8))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe skb (:raw-tracepoint "raw_tp/netif_receive_skb")
    ((skb (as-sk-buff (ctx u64 0)) (as-sk-buff (base +skb+))))
  (with-ringbuf (event events packet-event)
    (let* ((network (sk-buff-network-header skb))
           (ip (as-iphdr (+ (sk-buff-head skb) network))))
      (setf (packet-event-saddr event) (iphdr-saddr ip)
            (packet-event-daddr event) (iphdr-daddr ip)
            (packet-event-len event) (sk-buff-len skb)
            (packet-event-data-len event) (sk-buff-data-len skb)
            (packet-event-hash event) (sk-buff-hash skb)
            (packet-event-truesize event) (sk-buff-truesize skb)
            (packet-event-total-len event) (ntohs (iphdr-tot-len ip))
            (packet-event-protocol event) (ntohs (sk-buff-protocol skb))
            (packet-event-network event) network
            (packet-event-transport event) (sk-buff-transport-header skb)
            (packet-event-ip-protocol event) (iphdr-protocol ip)
            (packet-event-ttl event) (iphdr-ttl ip)
            (packet-event-kind event) (sk-buff-pkt-type skb)
            (packet-event-checked event) (sk-buff-ip-summed skb))))
  0)
