;;; file-delete: who removes which file: name, inode number, size, folder.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/file-delete.lisp
;;;           touch /tmp/x; rm /tmp/x
;;;
;;; vfs_unlink got another first argument in 5.12 and yet another type of it in
;;; 6.3. security_inode_unlink (folder, dentry), which it calls, has been the
;;; same all along: prefer a hook whose arguments keep still.

(import-kernel-struct dentry d-name d-inode)
(import-kernel-struct qstr name)
(import-kernel-struct inode i-ino i-size i-uid)
(import-kernel-struct kuid-t val)

(defstruct delete-event
  (inode u64)
  (size u64)
  (folder u64)                          ; inode number of the folder
  (pid u32)
  (uid u32)
  (owner u32)                           ; uid that the file belonged to
  (comm (array u8 16))
  (name (array u8 64)))

(defmap events :type :ringbuf :max-entries 65536)

(defprog file-delete (:type :kprobe
                      :section "kprobe/security_inode_unlink"
                      :license "GPL")
  (let* ((folder (as-inode (pt-regs-parm1)))
         (entry (as-dentry (pt-regs-parm2)))
         (inode (dentry-d-inode entry)))
    (with-ringbuf (event events delete-event)
      (fill-process-info event :pid-field delete-event-pid
                               :uid-field delete-event-uid
                               :comm-field delete-event-comm)
      (setf (delete-event-inode event) (inode-i-ino inode)
            (delete-event-size event) (inode-i-size inode)
            (delete-event-owner event) (kuid-t-val (inode-i-uid inode))
            (delete-event-folder event) (inode-i-ino folder))
      (kernel-str (delete-event-name-ptr event)
                  (qstr-name (dentry-d-name entry))
                  64)))
  0)
