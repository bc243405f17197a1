;;; cgroup-egress: what each control group sends: packets, bytes.
;;;
;;;   Type:   cgroup_skb
;;;   Needs:  Linux 5.10
;;;   Try:    sudo bpftool prog load examples/cgroup-egress.bpf.o /sys/fs/bpf/egress
;;;           sudo bpftool cgroup attach /sys/fs/cgroup/system.slice egress \
;;;             pinned /sys/fs/bpf/egress multi
;;;           sudo bpftool map dump name sent    # key: the folder's inode number
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
