/* A request goes to the disk: where, how much, what kind, on which queue. */
#include "twin.h"

struct request_event {
  __u64 sector, start_time;
  __u32 bytes, flags;
  __s32 tag;
  __u32 queue;
};

RINGBUF(events);

static __always_inline int body(struct request *request) {
  struct request_event *event = RESERVE(events, request_event);
  if (!event)
    return 0;
  WINDOW(all, request, mq_hctx, start_time_ns);
  event->sector = IN(all, request, __sector);
  event->start_time = IN(all, request, start_time_ns);
  event->bytes = IN(all, request, __data_len);
  event->flags = IN(all, request, cmd_flags);
  event->tag = IN(all, request, tag);
  event->queue = THROUGH(all, request, mq_hctx, queue_num);
  SUBMIT(event);
  return 0;
}

PROBE(block_request, "kprobe/blk_mq_start_request",
      body(OBJECT(request, PARM(1))), body(OBJECT(request, BASE(BASE_REQUEST))))
