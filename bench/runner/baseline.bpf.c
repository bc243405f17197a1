/* What a probe costs before it reads anything: nothing at all, and a record
 * of each size taken from a ring buffer and handed over. */
#include "twin.h"

RINGBUF(events);

SEC("xdp") int empty_run(struct xdp_md *ctx) { return 0; }

#define RECORD_OF(bytes)                                                       \
  SEC("xdp") int record_##bytes##_run(struct xdp_md *ctx) {                    \
    void *record = bpf_ringbuf_reserve(&events, bytes, 0);                     \
    if (record)                                                                \
      bpf_ringbuf_submit(record, 0);                                           \
    return 0;                                                                  \
  }

RECORD_OF(8)
RECORD_OF(16)
RECORD_OF(24)
RECORD_OF(32)
RECORD_OF(40)
RECORD_OF(48)
RECORD_OF(56)
RECORD_OF(64)
RECORD_OF(72)
RECORD_OF(80)
RECORD_OF(88)
RECORD_OF(96)
RECORD_OF(104)
RECORD_OF(112)
RECORD_OF(120)
RECORD_OF(128)
