/* k5: six fields of a socket's common part into a record. */
#include "twin.h"

struct sock_event {
  __u32 daddr, saddr;
  __u16 dport, num, family;
  __u8 state, padding;
};

RINGBUF(events);

static __always_inline int body(struct sock_common *sk) {
  struct sock_event *event = RESERVE(events, sock_event);
  if (!event)
    return 0;
  WINDOW(all, sk, skc_daddr, skc_state);
  event->daddr = IN(all, sk, skc_daddr);
  event->saddr = IN(all, sk, skc_rcv_saddr);
  event->dport = IN(all, sk, skc_dport);
  event->num = IN(all, sk, skc_num);
  event->family = IN(all, sk, skc_family);
  event->state = IN(all, sk, skc_state);
  event->padding = 0;
  SUBMIT(event);
  return 0;
}

PROBE(k5, "kprobe/tcp_v4_connect", body(OBJECT(sock_common, PARM(1))),
      body(OBJECT(sock_common, BASE(BASE_SOCK))))
