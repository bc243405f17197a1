/* A TCP connection ends: what it carried, and how well. */
#include "twin.h"

struct close_event {
  __u64 received, acknowledged;
  __u32 daddr, saddr;
  __u16 dport, num;
  __u32 segments_in, segments_out, data_segments_out, round_trip, window;
  __u64 retransmitted;
};

RINGBUF(events);

#define COMMON(field) inet_conn.icsk_inet.sk.__sk_common.field

static __always_inline int body(struct tcp_sock *tcp) {
  struct close_event *event = RESERVE(events, close_event);
  if (!event)
    return 0;
  WINDOW(common, tcp, COMMON(skc_daddr), COMMON(skc_num));
  FILL(event->received, tcp, bytes_received);
  FILL(event->acknowledged, tcp, bytes_acked);
  event->daddr = IN(common, tcp, COMMON(skc_daddr));
  event->saddr = IN(common, tcp, COMMON(skc_rcv_saddr));
  event->dport = IN(common, tcp, COMMON(skc_dport));
  event->num = IN(common, tcp, COMMON(skc_num));
  FILL(event->segments_in, tcp, segs_in);
  FILL(event->segments_out, tcp, segs_out);
  FILL(event->data_segments_out, tcp, data_segs_out);
  event->round_trip = GET(tcp, srtt_us) >> 3;
  FILL(event->window, tcp, snd_cwnd);
  event->retransmitted = GET(tcp, total_retrans);
  SUBMIT(event);
  return 0;
}

PROBE(tcp_close, "kprobe/tcp_close", body(OBJECT(tcp_sock, PARM(1))),
      body(OBJECT(tcp_sock, BASE(BASE_SOCK))))
