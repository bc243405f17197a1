; What is used above its definition, and names that only begin or end as meant.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s
(defmap rb :type :ringbuf :max-entries 4096)
; CHECK: fail-order.lisp:[[# @LINE + 3]]:53: error: unknown struct `late-value`
; KIND: DefinedLater
; CHECK: fail-order.lisp:[[# @LINE + 31]]:12: note: `late-value` is defined here, after its use
(defmap typed :type :hash :key-type u32 :value-type late-value :max-entries 1)
(defprog above (:type :kprobe :section "kprobe/do_exit")
  ; CHECK: fail-order.lisp:[[# @LINE + 2]]:11: error: unknown map `rs`{{$}}
  ; CHECK: note: `rs` is defined here, after its use
  (getmap rs 1)
  ; CHECK: fail-order.lisp:[[# @LINE + 2]]:3: error: unknown variable `limit`{{$}}
  ; CHECK: note: `limit` is defined here, after its use
  limit
  ; CHECK: fail-order.lisp:[[# @LINE + 2]]:4: error: unknown function `make-late-value`{{$}}
  ; CHECK: note: `late-value` is defined here, after its use
  (make-late-value)
  ; CHECK: fail-order.lisp:[[# @LINE + 2]]:4: error: unknown function `task-struct-pid`{{$}}
  ; CHECK: note: `task-struct` is defined here, after its use
  (task-struct-pid (get-current-task))
  ; CHECK: fail-order.lisp:[[# @LINE + 1]]:3: error: unknown variable `bpf_noexits`; did you mean `BPF_NOEXIST`
  BPF_NOEXITS
  ; CHECK: fail-order.lisp:[[# @LINE + 1]]:4: error: unknown function `pid-tgid`; did you mean `get-current-pid-tgid`
  (pid-tgid)
  ; CHECK: fail-order.lisp:[[# @LINE + 1]]:4: error: unknown function `loop`; it belongs to the compile-time Lisp of macros
  (loop for i from 0 below 3 do (ktime-get-ns))
  ; CHECK-NEXT: (loop for
  ; CHECK-NEXT: ^
  ; CHECK-NEXT: fail-order.lisp:[[# @LINE + 1]]:12: error: unknown type `uint32_t`; did you mean `u32`?
  (let ((x uint32_t 1)) x)
  ; CHECK: fail-order.lisp:[[# @LINE + 1]]:9: error: unknown type `int`; did you mean `i32`?
  (cast int 1)
  ; CHECK-NOT: error
  0)
(progn (defmap rs :type :hash :key-type u32 :value-type u64 :max-entries 1))
(defglobal limit u64 5)
(defstruct late-value (a u32))
(import-kernel-struct task-struct pid)
