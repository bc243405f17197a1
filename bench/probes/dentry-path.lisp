;;; The inode numbers of a file and of four directories above it, added up:
;;; two reads a level, a loop of a constant number of rounds.
(include "include/suite.lisp")

(import-kernel-struct dentry d-parent d-inode)
(import-kernel-struct inode i-ino)

(defprobe dentry-path (:kprobe "kprobe/security_inode_unlink")
    ((dentry (as-dentry (pt-regs-parm2)) (as-dentry (base +dentry+))))
  (let ((sum 0))
    (dotimes (i 5)
      (incf sum (inode-i-ino (dentry-d-inode dentry)))
      (setf dentry (dentry-d-parent dentry)))
    sum))
