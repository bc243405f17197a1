;;; drop-reasons: packets that the kernel throws away, by the place where and,
;;; from Linux 5.17 on, the reason why.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/drop-reasons.lisp --duration 10
;;;           sudo bpftool btf dump file /sys/kernel/btf/vmlinux | \
;;;             grep -A 90 "ENUM 'skb_drop_reason'"
;;;
;;; The tracepoint got a third argument with the reasons. The kernel's version is
;;; a constant by the time the program is loaded: on an older kernel the verifier
;;; never sees the access to an argument that is not there.

(defstruct drop
  (place u64)                           ; address in the kernel: /proc/kallsyms
  (reason u64))                         ; enum skb_drop_reason; 0 unknown

(defconstant +linux-5.17+ (+ (<< 5 16) (<< 17 8)))

(defmap drops :type :hash
  :key-type drop :value-type u64 :max-entries 4096)

;; kfree_skb (packet, place[, reason, …])
(defprog drop-reasons (:type :raw-tracepoint :section "raw_tp/kfree_skb"
                       :license "GPL")
  (let ((key (make-drop)))
    (setf (drop-place key) (arg 1))
    (when (>= (kernel-version) +linux-5.17+)
      (setf (drop-reason key) (logand (arg 2) #xffffffff)))
    (incf (getmap drops key)))
  0)
