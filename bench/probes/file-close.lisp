;;; The end of an open file: how it was opened, where it stood, and the inode
;;; and the file system behind it.
(include "include/suite.lisp")

(import-kernel-struct file f-mode f-flags f-pos f-inode)
(import-kernel-struct inode i-ino i-size i-nlink i-sb)
(import-kernel-struct super-block s-dev s-magic)

(defstruct close-event
  (inode u64)
  (size i64)
  (position i64)
  (magic u64)
  (device u32)
  (links u32)
  (mode u32)
  (flags u32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe file-close (:kprobe "kprobe/__fput")
    ((file (as-file (pt-regs-parm1)) (as-file (base +file+))))
  (let* ((inode (file-f-inode file))
         (super (inode-i-sb inode)))
    (with-ringbuf (event events close-event)
      (setf (close-event-inode event) (inode-i-ino inode)
            (close-event-size event) (inode-i-size inode)
            (close-event-position event) (file-f-pos file)
            (close-event-magic event) (super-block-s-magic super)
            (close-event-device event) (super-block-s-dev super)
            (close-event-links event) (inode-i-nlink inode)
            (close-event-mode event) (file-f-mode file)
            (close-event-flags event) (file-f-flags file))))
  0)
