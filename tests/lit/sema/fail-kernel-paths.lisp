; Fields that do not fit what is asked of them.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

(import-kernel-struct task-struct pid mm comm in-execve)
(import-kernel-struct file f-inode)
(defstruct record (pid u32) (name (array u8 8)))
(defstruct rec (ord-pid u32))
(defstruct rec-ord (pid u32))
(defprog p (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let ((task (get-current-task)) (record (make-record)))
    ; KIND: CopySizeMismatch
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:11: error: a place of 8 bytes cannot take 16
    (setf (record-name record) (task-struct-comm task))
    ; KIND: AddressPlusField
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:5: warning: the field's address already contains the `(ptr task-struct)`: not added again
    (+ task (task-struct-comm task))
    ; KIND: BitfieldAddress
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:5: error: bitfield `in-execve` has no address
    (task-struct-in-execve-ptr task)
    ; KIND: AmbiguousAccessor
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:5: error: `rec-ord-pid` is a field of `rec` and of `rec-ord`; tag the pointer with `(as-rec p)` or `(as-rec-ord p)`
    (rec-ord-pid record)
    ; KIND: NotAnAddress
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:18: error: `(get-prandom-u32)` is a `u32`, too narrow for an address
    (kernel-path (get-prandom-u32) pid)
    ; KIND: PathFromUntyped
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:31: error: field `pid` of a value of no known struct; tag it with `(as-S p)`
    (kernel-path (cast u64 5) pid)
    ; KIND: NotARead
    ; CHECK: fail-kernel-paths.lisp:[[# @LINE + 1]]:15: error: `5` is not a read
    (volatile 5)
    0))
