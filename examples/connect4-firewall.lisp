;;; connect4-firewall: forbids the processes of a control group to connect to
;;; the networks in a list, and sends connections to one address elsewhere.
;;;
;;;   Type:   cgroup_sock_addr
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/connect4-firewall.lisp \
;;;             --cgroup /sys/fs/cgroup/user.slice
;;;           # 192.0.2.0/24
;;;           sudo bpftool map update name denied \
;;;             key 24 0 0 0 192 0 2 0 value 0 0 0 0 0 0 0 0
;;;           curl http://192.0.2.1/        # Operation not permitted
;;;
;;; It runs inside connect(2), before a packet exists, so the caller gets an
;;; error at once instead of a time-out.

(defconstant +allow+ 1)
(defconstant +deny+ 0)                  ; connect fails with EPERM

;; A key of a longest-prefix-match trie: the number of bits, then the bits, in
;; network order: that is how the context gives the address, too.
(defstruct network
  (prefix u32)
  (address u32))

(defmap denied :type :lpm-trie
  :key-type network :value-type u64 :max-entries 1024
  :map-flags BPF_F_NO_PREALLOC)

;; From one address to another, both in network order.
(defmap redirected :type :hash
  :key-type u32 :value-type u32 :max-entries 1024)

(defprog connect4-firewall (:type :cgroup-sock-addr :section "cgroup/connect4")
  (let ((key (make-network)))
    (setf (network-prefix key) 32
          (network-address key) (ctx user-ip4))
    (when-let (refusals (map-lookup denied key))
      (atomic-add refusals 0 1)
      (return +deny+)))
  (let ((address (ctx user-ip4)))
    (when-let (other (map-lookup redirected address))
      (setf (ctx user-ip4) (load u32 other))))
  +allow+)
