/* A TCP connection goes out: addresses, ports, mark, owner, and the network
 * namespace, into a record. */
#include "twin.h"

struct connect_event {
  __u32 daddr, saddr, source, mark, priority, uid, namespace;
  __u16 dport, num, sport, family;
  __u32 state;
};

RINGBUF(events);

static __always_inline int body(__u64 address) {
  struct connect_event *event = RESERVE(events, connect_event);
  struct sock *sk = OBJECT(sock, address);
  struct inet_sock *inet = OBJECT(inet_sock, address);
  if (!event)
    return 0;
  WINDOW(all, sk, __sk_common.skc_daddr, __sk_common.skc_net.net);
  event->daddr = IN(all, sk, __sk_common.skc_daddr);
  event->saddr = IN(all, sk, __sk_common.skc_rcv_saddr);
  FILL(event->source, inet, inet_saddr);
  FILL(event->mark, sk, sk_mark);
  FILL(event->priority, sk, sk_priority);
  FILL(event->uid, sk, sk_uid.val);
  event->namespace = THROUGH(all, sk, __sk_common.skc_net.net, ns.inum);
  event->dport = __builtin_bswap16(IN(all, sk, __sk_common.skc_dport));
  event->num = IN(all, sk, __sk_common.skc_num);
  event->sport = __builtin_bswap16(GET(inet, inet_sport));
  event->family = IN(all, sk, __sk_common.skc_family);
  event->state = IN(all, sk, __sk_common.skc_state);
  SUBMIT(event);
  return 0;
}

PROBE(tcp_connect, "kprobe/tcp_connect", body(PARM(1)), body(BASE(BASE_SOCK)))
