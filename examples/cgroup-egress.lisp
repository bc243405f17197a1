;;; cgroup-egress: what each control group sends: packets, bytes.
;;;
;;;   Type:   cgroup_skb
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/cgroup-egress.lisp \
;;;             --cgroup /sys/fs/cgroup/system.slice --duration 60
;;;           ls -di /sys/fs/cgroup/system.slice/*   # the keys: inode numbers
;;;
;;; The group is the sending socket's, so a service is charged for what the
;;; kernel sends on its behalf. A result of 1 lets the packet go.

(defstruct volume
  (packets u64)
  (bytes u64))

(defmap sent :type :hash
  :key-type u64 :value-type volume :max-entries 4096)

(defprog cgroup-egress (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((group (skb-cgroup-id (ctx-ptr)))
        (length (ctx len)))
    (if-let (volume (map-lookup sent group))
            (progn
              (atomic-add volume (offsetof volume packets) 1)
              (atomic-add volume (offsetof volume bytes) length))
            (let ((fresh (make-volume)))
              (setf (volume-packets fresh) 1
                    (volume-bytes fresh) length)
              ;; Another CPU may have come first: its entry stays.
              (map-update sent group fresh BPF_NOEXIST))))
  1)
