; What programs give, where the kernel permits some results only.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/wrong.lisp -o %t/wrong.o 2>&1 | FileCheck %t/wrong.lisp
; RUN: %whistler compile %t/right.lisp -o %t/right.o 2>&1 | FileCheck %t/right.lisp
; RUN: %whistler disasm %t/right.o | FileCheck %t/right.lisp --check-prefix=CODE

;--- wrong.lisp
(defmap counts :type :hash :key-type u32 :value-type u32 :max-entries 8)
(defprog constant (:type :cgroup-skb)
  ; KIND: ResultNotPermitted
  ; CHECK: wrong.lisp:[[# @LINE + 1]]:3: error: the kernel permits programs of type `:cgroup-skb` the results 0 to 1 here, not 7
  7)
(defprog egress (:type :cgroup-skb :section "cgroup_skb/egress")
  ; CHECK-NOT: error: {{.*}}not 3
  3)
(defprog returned (:type :sk-lookup)
  ; CHECK: wrong.lisp:[[# @LINE + 1]]:41: error: the kernel permits programs of type `:sk-lookup` the results 0 to 1 here, not -1
  (when (= (ctx local-port) 80) (return (- 1)))
  1)
(defprog entry (:type :cgroup-device)
  ; KIND: ResultUnknown
  ; CHECK: wrong.lisp:[[# @LINE + 1]]:3: error: the kernel permits programs of type `:cgroup-device` the results 0 to 1 here; this may be any number: test it, or end with a constant
  (getmap counts 0))
(defprog helper (:type :iter :section "iter/task")
  ; CHECK: wrong.lisp:[[# @LINE + 1]]:20: error: {{.*}}`:iter` the results 0 to 1 here; this may be any number
  (when (ctx task) (get-prandom-u32)))

(defprog stranger (:type :tc)
  ; KIND: ForeignResult
  ; CHECK: wrong.lisp:[[# @LINE + 1]]:34: warning: `xdp_drop` is a result of programs of type `:xdp`; to one of type `:tc` the number means something else
  (when (= (ctx mark) 1) (return XDP_DROP))
  ; CHECK: wrong.lisp:[[# @LINE + 1]]:3: warning: `xdp_pass` is a result of programs of type `:xdp`
  (with-udp (data end udp) 0)
  TC_ACT_OK)

;--- right.lisp
(defmap counts :type :hash :key-type u32 :value-type u64 :max-entries 8)
(defglobal deny u32 0 :const t)
; CODE-LABEL: {{^}}entry
; CODE: w0 = 0
; CODE-NEXT: exit
(defprog entry (:type :fentry :section "fentry/vfs_read")
  (when (= (arg count) 0)
    ; KIND: ResultIgnored
    ; CHECK: right.lisp:[[# @LINE + 1]]:13: warning: the kernel permits programs of type `:fentry` no result but 0: that is given, not 5
    (return 5))
  (incf (getmap counts 0)))
; CHECK-NOT: {{error|warning}}
(defprog exit (:type :fexit :section "fexit/vfs_read")
  (bpf-loop (i 10) (when (= i 3) (return i)))
  (retval))
(defprog heard (:type :cgroup-sock-addr :section "cgroup/recvmsg4")
  (when (= (ctx user-port) 80) (incf (getmap counts 1))))
(defprog tested (:type :cgroup-skb)
  (if (> (getmap counts 0) 5) deny (= (ctx len) 60)))
(defprog bound (:type :cgroup-sock-addr :section "cgroup/bind4")
  3)
