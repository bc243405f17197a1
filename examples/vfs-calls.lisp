;;; vfs-calls: calls of every function of the file system layer, by function.
;;;
;;;   Type:   kprobe.multi
;;;   Needs:  Linux 5.18 (kprobe.multi)
;;;   Try:    sudo whistler run examples/vfs-calls.lisp --duration 5
;;;           grep ' vfs_' /proc/kallsyms          # whose address is which
;;;
;;; One program on some sixty functions, attached in one step. The address of
;;; the function that was called is the key.

(defmap calls :type :hash
  :key-type u64 :value-type u64 :max-entries 1024)

(defprog vfs-calls (:type :kprobe-multi :section "kprobe.multi/vfs_*"
                    :license "GPL")
  (incf (getmap calls (get-func-ip (ctx-ptr))))
  0)
