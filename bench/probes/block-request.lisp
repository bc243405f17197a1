;;; A request goes to the disk: where, how much, what kind, on which queue.
(include "include/suite.lisp")

(import-kernel-struct request
  --sector --data-len cmd-flags tag start-time-ns mq-hctx)
(import-kernel-struct blk-mq-hw-ctx queue-num)

(defstruct request-event
  (sector u64)
  (start-time u64)
  (bytes u32)
  (flags u32)
  (tag i32)
  (queue u32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe block-request (:kprobe "kprobe/blk_mq_start_request")
    ((request (as-request (pt-regs-parm1)) (as-request (base +request+))))
  (with-ringbuf (event events request-event)
    (setf (request-event-sector event) (request---sector request)
          (request-event-start-time event) (request-start-time-ns request)
          (request-event-bytes event) (request---data-len request)
          (request-event-flags event) (request-cmd-flags request)
          (request-event-tag event) (request-tag request)
          (request-event-queue event)
          (blk-mq-hw-ctx-queue-num (request-mq-hctx request))))
  0)
