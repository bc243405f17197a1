;;; A name is removed: from which directory, which inode, how many are left.
(include "include/suite.lisp")

(import-kernel-struct inode i-ino i-nlink i-mode)
(import-kernel-struct dentry d-inode d-name)
(import-kernel-struct qstr name)

(defstruct unlink-event
  (directory u64)
  (inode u64)
  (links u32)
  (mode u32)
  (name (array u8 32)))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe unlink (:kprobe "kprobe/security_inode_unlink")
    ((directory (as-inode (pt-regs-parm1)) (as-inode (base +directory+)))
     (dentry (as-dentry (pt-regs-parm2)) (as-dentry (base +dentry+))))
  (with-ringbuf (event events unlink-event)
    (setf (unlink-event-directory event) (inode-i-ino directory)
          (unlink-event-inode event) (kernel-path dentry d-inode i-ino)
          (unlink-event-links event) (kernel-path dentry d-inode i-nlink)
          (unlink-event-mode event) (kernel-path dentry d-inode i-mode))
    (kernel-str (unlink-event-name event)
                (qstr-name (dentry-d-name dentry)) 32))
  0)
