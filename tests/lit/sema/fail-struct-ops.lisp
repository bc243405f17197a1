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
  (flags "no"))
  (init sets)
