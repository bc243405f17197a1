;;; Pages of a file are written back: how many it has cached, whose they are.
(include "include/suite.lisp")

(import-kernel-struct address-space host nrpages writeback-index a-ops)
(import-kernel-struct inode i-ino i-size i-sb)
(import-kernel-struct super-block s-dev)

(defstruct writeback-event
  (inode u64)
  (size i64)
  (pages u64)
  (next u64)
  (operations u64)
  (device u64))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe page-cache (:kprobe "kprobe/do_writepages")
    ((mapping (as-address-space (pt-regs-parm1))
              (as-address-space (base +mapping+))))
  (with-ringbuf (event events writeback-event)
    (setf (writeback-event-inode event)
          (inode-i-ino (address-space-host mapping))
          (writeback-event-size event)
          (inode-i-size (address-space-host mapping))
          (writeback-event-pages event) (address-space-nrpages mapping)
          (writeback-event-next event) (address-space-writeback-index mapping)
          (writeback-event-operations event) (address-space-a-ops mapping)
          (writeback-event-device event)
          (kernel-path mapping host i-sb s-dev)))
  0)
