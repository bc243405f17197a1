; Objects of kernel interfaces.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:1: error: `defstruct-ops` needs a name first
(defstruct-ops)
; KIND: NoKernelInterface
; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:22: error: the kernel has no interface `task-struct` for programs: BTF shows no `bpf_struct_ops_task_struct`
(defstruct-ops tasks task-struct (pid 4))
; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:22: error: unknown struct `tcp-congestion-opts`; did you mean `tcp-congestion-ops`?
(defstruct-ops named tcp-congestion-opts)

(import-kernel-struct tcp-sock snd-cwnd snd-nxt snd-ssthresh)
(import-kernel-struct inet-connection-sock icsk-ca-priv)
; A function is passed a number, which the kernel lets nobody store through.
(defsubprog set-window ((tp (ptr tcp-sock)))
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:9: error: `(tcp-sock-snd-cwnd tp)` is not memory of the program: it cannot be stored to
  (setf (tcp-sock-snd-cwnd tp) 10))
(defprog sets (:type :struct-ops)
  (let ((tp (as-tcp-sock (arg 0))) (index 1))
    (setf (tcp-sock-snd-cwnd tp) 10)
    (set-window tp)
    (incf (inet-connection-sock-icsk-ca-priv (as-inet-connection-sock tp) 0))
    ; KIND: KernelFieldStore
    ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:11: error: `(tcp-sock-snd-nxt tp)` cannot be stored to: functions of `tcp-congestion-ops` may set {{.*}}`tcp-sock-snd-cwnd`
    (setf (tcp-sock-snd-nxt tp) 10)
    ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:75: error: index 13 is outside of `icsk-ca-priv`, which has 13 elements
    (setf (inet-connection-sock-icsk-ca-priv (as-inet-connection-sock tp) 13) 0)
    ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:75: error: `index` is not a constant
    (setf (inet-connection-sock-icsk-ca-priv (as-inet-connection-sock tp) index) 0)
    ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:11: error: `(tcp-sock-snd-cwnd (as-tcp-sock 5))` is not memory of the program
    (setf (tcp-sock-snd-cwnd (as-tcp-sock 5)) 1))
  2)
(defprog threshold (:type :struct-ops) 2)
; KIND: NotStructOps
; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:1: error: `avoid` is no program of type `:struct-ops`
(defprog avoid (:type :xdp) 2)
; KIND: StructOpsUnused
; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:1: warning: no defstruct-ops names `alone`: the kernel refuses a program that is no interface's function
(defprog alone (:type :struct-ops) 2)

(defstruct-ops own tcp-congestion-ops
  (ssthresh threshold)
  (cong-avoid avoid)
  (init sets)
  ; KIND: MalformedOpsMember
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:3: error: `undo-cwnd` is not a member with its value
  undo-cwnd
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:4: error: field `ssthresh` is there already
  (ssthresh threshold)
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:4: error: `tcp-congestion-ops` has no field `undo-cwn`; did you mean `undo-cwnd`?
  (undo-cwn threshold)
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:14: error: unknown program `nobody`
  (undo-cwnd nobody)
  ; KIND: OpsMemberValue
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:15: error: `cwnd-event` of `tcp-congestion-ops` takes the name of a program, not `7`
  (cwnd-event 7)
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:9: error: `name` of `tcp-congestion-ops` takes a string of at most 15 characters, not `"sixteen_letters_"`
  (name "sixteen_letters_")
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:10: error: `owner` of `tcp-congestion-ops` takes no value, not `1`
  (owner 1)
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:10: error: `flags` of `tcp-congestion-ops` takes an integer, not `"no"`
  (flags "no")
  ; CHECK: fail-struct-ops.lisp:[[# @LINE + 1]]:8: error: `key` of `tcp-congestion-ops` takes an integer, not `4294967296`
  (key 4294967296))
