/* accept returns: the new connection, and how full the listener's queue is. */
#include "twin.h"

struct accept_event {
  __u32 daddr, saddr;
  __u16 dport, num;
  __u32 family, backlog, backlog_limit;
  __s32 receive_buffer, send_buffer;
};

RINGBUF(events);

static __always_inline int body(__u64 address) {
  struct accept_event *event;
  struct sock *sk;
  if (!address)
    return 0;
  event = RESERVE(events, accept_event);
  if (!event)
    return 0;
  sk = OBJECT(sock, address);
  WINDOW(common, sk, __sk_common.skc_daddr, __sk_common.skc_family);
  WINDOW(queue, sk, sk_ack_backlog, sk_max_ack_backlog);
  event->daddr = IN(common, sk, __sk_common.skc_daddr);
  event->saddr = IN(common, sk, __sk_common.skc_rcv_saddr);
  event->dport = IN(common, sk, __sk_common.skc_dport);
  event->num = IN(common, sk, __sk_common.skc_num);
  event->family = IN(common, sk, __sk_common.skc_family);
  event->backlog = IN(queue, sk, sk_ack_backlog);
  event->backlog_limit = IN(queue, sk, sk_max_ack_backlog);
  FILL(event->receive_buffer, sk, sk_rcvbuf);
  FILL(event->send_buffer, sk, sk_sndbuf);
  SUBMIT(event);
  return 0;
}

PROBE(tcp_accept, "kretprobe/inet_csk_accept", body(RESULT()),
      body(BASE(BASE_LISTENER)))
