/* A packet comes in: the skb's own fields, two of them bitfields, and the IP
 * header at the place that the skb says. */
#include "twin.h"

struct packet_event {
  __u32 saddr, daddr, len, data_len, hash, truesize;
  __u16 total_len, protocol, network, transport;
  __u8 ip_protocol, ttl, kind, checked;
};

RINGBUF(events);

static __always_inline int body(struct sk_buff *skb) {
  struct packet_event *event = RESERVE(events, packet_event);
  struct iphdr *ip;
  if (!event)
    return 0;
  WINDOW(sizes, skb, len, data_len);
  WINDOW(places, skb, protocol, network_header);
  WINDOW(memory, skb, head, truesize);
  event->network = IN(places, skb, network_header);
  ip = OBJECT(iphdr, IN(memory, skb, head) + event->network);
  WINDOW(header, ip, tot_len, daddr);
  event->saddr = IN(header, ip, saddr);
  event->daddr = IN(header, ip, daddr);
  event->len = IN(sizes, skb, len);
  event->data_len = IN(sizes, skb, data_len);
  FILL(event->hash, skb, hash);
  event->truesize = IN(memory, skb, truesize);
  event->total_len = __builtin_bswap16(IN(header, ip, tot_len));
  event->protocol = __builtin_bswap16(IN(places, skb, protocol));
  event->transport = IN(places, skb, transport_header);
  event->ip_protocol = IN(header, ip, protocol);
  event->ttl = IN(header, ip, ttl);
  event->kind = GET_BITS(skb, pkt_type);
  event->checked = GET_BITS(skb, ip_summed);
  SUBMIT(event);
  return 0;
}

PROBE(skb, "raw_tp/netif_receive_skb", body(OBJECT(sk_buff, ARG(0))),
      body(OBJECT(sk_buff, BASE(BASE_SKB))))
