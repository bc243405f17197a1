; Structs, their fields and their accessors.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

; KIND: EmptyStruct
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:1: error: struct `empty` has no fields
(defstruct empty)
; KIND: MalformedStructField
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:27: error: `b` is not a field; write `(name type)`
(defstruct fields (a u32) b)
(defsubprog no-word-more ((f (ptr fields)))
  ; CHECK-NOT: fields-b
  (fields-b f))
; KIND: DuplicateField
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:26: error: field `a` is there already
(defstruct same (a u32) (a u64))
; KIND: UnknownType
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:21: error: unknown type `(vector u8 2)`
(defstruct types (a (vector u8 2)))
; KIND: BadArrayCount
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:21: error: an array cannot have 0 elements
(defstruct count (a (array u8 0)))
; KIND: ContainsItself
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:35: error: `knot` contains itself here; a pointer, `(ptr knot)`, has room
(defstruct knot (a (ptr knot)) (b knot))
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:30: error: `ring` contains itself here
(defstruct ring (next (array ring 2)))
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:16: error: `both` contains itself here
(defunion both both)
(defstruct event (pid u32) (comm (array u8 16)))
(defstruct pair (a u32) (b u32))
; KIND: UnknownStruct
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:23: error: unknown struct `task-strukt`; did you mean `task-struct` or `tss-struct`?
(import-kernel-struct task-strukt pid)
; KIND: UnknownField
; CHECK: fail-structs.lisp:[[# @LINE + 1]]:35: error: `task-struct` has no field `pidd`; did you mean `pid`?
(import-kernel-struct task-struct pidd)
(defmap events :type :hash :key-type u32 :value-type event :max-entries 8)
(defprog p (:type :xdp)
  (let ((e (make-event)) (q (make-pair)))
    ; KIND: UnknownFunction
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:12: error: unknown function `event-pidd`; did you mean `event-pid`?
    (setf (event-pidd e) 1)
    ; KIND: WrongPointerType
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:5: error: `event-pid` wants a `(ptr event)`, this is a `(ptr pair)`; write `(as-event p)` if it is meant
    (event-pid q)
    ; KIND: NotAnArray
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:5: error: field `pid` of `event` is not an array
    (event-pid e 0)
    ; KIND: IndexOutOfRange
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:19: error: index 16 is outside of `comm`, which has 16 elements
    (event-comm e 16)
    ; KIND: AggregateFromInteger
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:11: error: `(event-comm e)` is an array or struct: set it from one
    (setf (event-comm e) 5)
    ; KIND: WrongArgumentCount
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:5: error: `event-pid` takes 1 to 2 arguments, not 0
    (event-pid)
    ; KIND: WrongArgumentCount
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:5: error: `make-event` takes 0 arguments, not 1
    (make-event 1)
    ; KIND: MalformedField
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:5: error: `5` is not a field
    (offsetof task-struct 5)
    ; KIND: UnknownField
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:27: error: `task-struct` has no field `pidd`; did you mean `pid`?
    (offsetof task-struct pidd)
    ; KIND: NotScalarType
    ; CHECK: fail-structs.lisp:[[# @LINE + 1]]:11: error: `event` is not a scalar type
    (cast event 1)
    0))
