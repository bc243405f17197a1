;;; file-guard: files that nobody may remove or rename, root included.
;;;
;;;   Type:   lsm
;;;   Needs:  Linux 5.10, `bpf` in /sys/kernel/security/lsm
;;;   Try:    sudo whistler run examples/file-guard.lisp
;;;           sudo bpftool map update name protected key hex $(printf '%016x' \
;;;             $(stat -c %i precious) | fold -w2 | tac | tr '\n' ' ') value 0 0 0 0 0 0 0 0
;;;           rm precious          # Operation not permitted
;;;
;;; A security hook gives the verdict that the kernel then acts on: 0 goes on,
;;; a negative errno refuses. `refusals` in the map's value counts the attempts.
;;; Inode numbers are unique within one file system only; add i_sb->s_dev to
;;; the key where that matters.

(import-kernel-struct dentry d-inode)
(import-kernel-struct inode i-ino)

(defconstant +eperm+ 1)

(defmap protected :type :hash
  :key-type u64 :value-type u64 :max-entries 1024)

;; Hooks that came before this one may have refused already: (retval) is their
;; verdict, and the one to keep. From 6.12 on the verifier wants to see
;; that a hook's result is between -4095 and 0, hence the two bounds.
(defmacro verdict (dentry before)
  `(let ((result (cast i32 ,before)))
     (if (< result 0)
         (max result -4095)
         (if-let (refusals (map-lookup protected
                                       (inode-i-ino (dentry-d-inode ,dentry))))
                 (progn (atomic-add refusals 0 1)
                        (- +eperm+))
                 0))))

;; inode_unlink (folder, dentry)
(defprog guard-unlink (:type :lsm :section "lsm/inode_unlink" :license "GPL")
  (verdict (as-dentry (arg 1)) (retval)))

;; inode_rename (old folder, old dentry, new folder, new dentry)
(defprog guard-rename (:type :lsm :section "lsm/inode_rename" :license "GPL")
  (verdict (as-dentry (arg 1)) (retval)))
