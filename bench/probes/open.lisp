;;; A file is opened: its inode, its owner, the directory and the name.
(include "include/suite.lisp")

(import-kernel-struct path dentry)
(import-kernel-struct dentry d-inode d-parent d-name)
(import-kernel-struct inode i-ino i-mode i-uid i-size)
(import-kernel-struct qstr name)

(defstruct open-event
  (inode u64)
  (directory u64)
  (size i64)
  (uid u32)
  (mode u32)
  (name (array u8 32)))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe open (:kprobe "kprobe/vfs_open")
    ((path (as-path (pt-regs-parm1)) (as-path (base +path+))))
  (let* ((dentry (path-dentry path))
         (inode (dentry-d-inode dentry)))
    (with-ringbuf (event events open-event)
      (setf (open-event-inode event) (inode-i-ino inode)
            (open-event-directory event)
            (kernel-path dentry d-parent d-inode i-ino)
            (open-event-size event) (inode-i-size inode)
            (open-event-uid event) (kernel-path inode i-uid val)
            (open-event-mode event) (inode-i-mode inode))
      (kernel-str (open-event-name event)
                  (qstr-name (dentry-d-name dentry)) 32)))
  0)
