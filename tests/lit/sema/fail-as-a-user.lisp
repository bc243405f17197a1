; What somebody new to the language writes, and is told.
; REQUIRES: kernel-btf
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/top.lisp -o %t/top.o 2>>%t/out
; RUN: not %whistler compile %t/expand.lisp -o %t/expand.o 2>>%t/out
; RUN: not %whistler compile %t/body.lisp -o %t/body.o 2>>%t/out
; RUN: not %whistler compile %t/text.lisp -o %t/text.o 2>>%t/out
; RUN: not %whistler compile %t/many.lisp -o %t/many.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- top.lisp
; KIND: UnknownMapType
; CHECK: top.lisp:[[# @LINE + 1]]:20: error: unknown map type `:hsah`; did you mean `:hash`?
(defmap map1 :type :hsah :key-type u32 :value-type u64 :max-entries 1)
; KIND: UnknownType
; CHECK: top.lisp:[[# @LINE + 1]]:36: error: unknown type `u23`; did you mean `u32`
(defmap map2 :type :hash :key-type u23 :value-type u64 :max-entries 1)
; KIND: UnknownProgramType
; CHECK: top.lisp:[[# @LINE + 1]]:23: error: unknown program type `:xpd`; did you mean `:xdp`?
(defprog prog1 (:type :xpd) 2)
; KIND: UnknownOption
; CHECK: top.lisp:[[# @LINE + 1]]:17: error: unknown option `:tpye` of `defprog`; did you mean `:type`?
(defprog prog2 (:tpye :xdp) 2)
; KIND: UnknownStruct
; CHECK: top.lisp:[[# @LINE + 1]]:23: error: unknown struct `tsk-struct`; did you mean `task-struct`
(import-kernel-struct tsk-struct)
; KIND: UnknownField
; CHECK: top.lisp:[[# @LINE + 1]]:35: error: `task-struct` has no field `tigd`; did you mean `tgid`?
(import-kernel-struct task-struct tigd)

;--- expand.lisp
; KIND: MalformedForm
; CHECK: expand.lisp:[[# @LINE + 1]]:16: error: malformed `defmacro`: `&optoinal` is no word of a lambda list; did you mean `&optional`?
(defmacro m (a &optoinal b) (list a b))
; KIND: MalformedForm
; CHECK: expand.lisp:[[# @LINE + 1]]:1: error: malformed `defmacro`: it takes a name and a definition
(defmacro n)
; KIND: UnknownCompileTimeFunction
; CHECK: expand.lisp:[[# @LINE + 1]]:21: error: `foo` is not a function of the compile-time Lisp
(defconstant +foo+ (foo))
(defprog p (:type :tc)
  ; KIND: UserError
  ; CHECK: expand.lisp:[[# @LINE + 1]]:3: error: a `case` clause is `(key body…)`, not `FOO`
  (case 5 foo))

;--- body.lisp
(defconstant +limit+ 5)
(defstruct pair (x u8) (y u32))
(defmap counts :type :array :key-type u32 :value-type u64 :max-entries 1)
(defprog p (:type :tc)
  (let ((count 1) (p (make-pair)))
    ; KIND: ConstantStore
    ; CHECK: body.lisp:[[# @LINE + 1]]:11: error: `+limit+` is constant
    (setf +limit+ 6)
    ; KIND: ConstantStore
    ; CHECK: body.lisp:[[# @LINE + 1]]:11: error: `xdp_pass` is constant
    (incf XDP_PASS)
    ; KIND: ConstantStore
    ; CHECK: body.lisp:[[# @LINE + 1]]:11: error: `t` is constant
    (setf t 0)
    ; KIND: NotAPlace
    ; CHECK: body.lisp:[[# @LINE + 1]]:11: error: `counts` is not a place that can be set
    (setf counts 0)
    ; KIND: MapAsValue
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: map `counts` is not a value; `(getmap counts key)` is one
    (+ counts 1)
    ; KIND: UnknownVariable
    ; CHECK: body.lisp:[[# @LINE + 1]]:8: error: unknown variable `cuont`; did you mean `count`?
    (+ cuont 1)
    ; KIND: UnknownFunction
    ; CHECK: body.lisp:[[# @LINE + 1]]:6: error: unknown function `car`; it belongs to the compile-time Lisp of macros
    (car count)
    ; KIND: QuotedDatum
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: {{.*}} has no value at run time
    `(a ,count)
    ; KIND: QuotedDatum
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: {{.*}} has no value at run time
    #'count
    ; KIND: MissingOption
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: `while` needs the option `:max`
    (while count (decf count))
    ; KIND: WrongArgumentCount
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: `not` takes 1 argument, not 2
    (not 1 2)
    ; KIND: WrongArgumentCount
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: `when` takes at least 1 argument, not 0
    (when)
    ; KIND: WrongArgumentCount
    ; CHECK: body.lisp:[[# @LINE + 1]]:5: error: `if` takes 2 to 3 arguments, not 4
    (if 1 2 3 4)
    ; KIND: UnknownFunction
    ; CHECK: body.lisp:[[# @LINE + 1]]:6: error: unknown function `pair-z`; did you mean `pair-x`
    (pair-z p)
    ; KIND: UnknownField
    ; CHECK: body.lisp:[[# @LINE + 1]]:20: error: `pair` has no field `z`
    (offsetof pair z)
    ; KIND: UnboundedLoop
    ; CHECK: body.lisp:[[# @LINE + 1]]:17: error: `count` is not a constant: the loop needs `:max N`
    (dotimes (i count) 0)
    ; KIND: UnknownContextField
    ; CHECK: body.lisp:[[# @LINE + 1]]:10: error: no context field `makr` in a program of type `:tc`; did you mean `mark`?
    (ctx makr)
    0))

;--- text.lisp
(defprog p (:type :tc)
  ; KIND: UnknownDispatch
  ; CHECK: text.lisp:[[# @LINE + 1]]:3: error: `#(` is not read by this language
  #(1 2)
  ; CHECK-NOT: closes nothing
  ; KIND: UnknownDispatch
  ; CHECK: text.lisp:[[# @LINE + 1]]:3: error: `#+` is not read by this language
  #+sbcl
  ; KIND: IntegerTooLarge
  ; CHECK: text.lisp:[[# @LINE + 1]]:3: error: the integer `-9223372036854775809` does not fit in 64 bits
  -9223372036854775809
  ; KIND: MalformedNumber
  ; CHECK: text.lisp:[[# @LINE + 1]]:3: error: `#b102` is not an integer
  #b102
  ; KIND: FractionalNumber
  ; CHECK: text.lisp:[[# @LINE + 1]]:3: error: `1/2` is not an integer; there are no fractions in eBPF
  1/2
  ; KIND: UnknownCharacterName
  ; CHECK: text.lisp:[[# @LINE + 1]]:3: error: unknown character name `#\Spcae`; did you mean `space`?
  #\Spcae)

; Many mistakes in one run, in the order of the source, and none for what only
; follows from another: twenty are shown, the rest is counted.
;--- many.lisp
; KIND: UnknownStruct
; CHECK: many.lisp:[[# @LINE + 1]]:38: error: unknown struct `nothing`
(defmap broken :type :hash :key-type nothing :value-type u64 :max-entries 1)
(defprog p (:type :tc)
  ; CHECK-NOT: many.lisp:[[# @LINE + 1]]:
  (setf (getmap broken 1) 2)
  ; CHECK: many.lisp:[[# @LINE + 1]]:13: error: unknown function `unknown-thing`
  (let ((x (unknown-thing 1)))
    ; CHECK-NOT: many.lisp:[[# @LINE + 1]]:
    (+ x 1) (* x x) (setf x 2) (if x x x))
  ; CHECK: many.lisp:[[# @LINE + 2]]:4: error: unknown function `a1`
  ; CHECK: many.lisp:[[# @LINE + 1]]:9: error: unknown function `a2`
  (a1) (a2) (a3) (a4) (a5) (a6) (a7) (a8) (a9) (a10) (a11) (a12)
  ; CHECK: many.lisp:[[# @LINE + 2]]:4: error: unknown function `b1`
  ; CHECK: many.lisp:[[# @LINE + 1]]:29: error: unknown function `b6`
  (b1) (b2) (b3) (b4) (b5) (b6) (b7) (b8) (b9) (b10) (b11) (b12))
; CHECK-NOT: unknown function `b7`
; KIND: TooManyErrors
; CHECK: error: 6 more errors not shown
