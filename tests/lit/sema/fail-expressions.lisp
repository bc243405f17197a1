; Names, arithmetic, control and memory inside a program.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/names.lisp -o %t/names.o 2>>%t/out
; RUN: not %whistler compile %t/case.lisp -o %t/case.o 2>>%t/out
; RUN: not %whistler compile %t/clauses.lisp -o %t/clauses.o 2>>%t/out
; RUN: not %whistler compile %t/arithmetic.lisp -o %t/arithmetic.o 2>>%t/out
; RUN: not %whistler compile %t/forms.lisp -o %t/forms.o 2>>%t/out
; RUN: not %whistler compile %t/memory.lisp -o %t/memory.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- names.lisp
(defprog p (:type :xdp)
  (let ((count 1))
    ; KIND: UnknownVariable
    ; CHECK: names.lisp:[[# @LINE + 1]]:8: error: unknown variable `cuont`
    (+ cuont 1)
    ; KIND: UnknownFunction
    ; CHECK: names.lisp:[[# @LINE + 1]]:6: error: unknown function `logaand`; did you mean `logand`?
    (logaand count 1)
    ; KIND: UnknownVariable
    ; CHECK: names.lisp:[[# @LINE + 1]]:11: error: unknown variable `missing`
    (setf missing 1)
    ; KIND: UnknownVariable
    ; CHECK: names.lisp:[[# @LINE + 1]]:11: error: unknown variable `missing`
    (incf missing)
    ; KIND: NotAPlace
    ; CHECK: names.lisp:[[# @LINE + 1]]:11: error: `5` is not a place that can be set
    (setf 5 1)
    ; KIND: NotAPlace
    ; CHECK: names.lisp:[[# @LINE + 1]]:11: error: `(+ count 1)` is not a place that can be set
    (setf (+ count 1) 1)
    ; KIND: OddSetf
    ; CHECK: names.lisp:[[# @LINE + 1]]:5: error: `setf` takes pairs of place and value
    (setf count)
    ; KIND: KeywordAsValue
    ; CHECK: names.lisp:[[# @LINE + 1]]:13: error: keyword `:drop` is not a value here
    (return :drop)
    ; KIND: HeadNotName
    ; CHECK: names.lisp:[[# @LINE + 1]]:5: error: a call begins with a name, not with `5`
    (5 6)
    ; KIND: HeadNotName
    ; CHECK: names.lisp:[[# @LINE + 1]]:5: error: a call begins with a name, not with `(f)`
    ((f) 6)
    ; KIND: DottedCall
    ; CHECK: names.lisp:[[# @LINE + 1]]:5: error: a call is a proper list
    (+ 1 . 2)
    ; KIND: QuotedDatum
    ; CHECK: names.lisp:[[# @LINE + 1]]:5: error: `(a b)` has no value at run time
    (quote (a b))
    ; KIND: UnknownContextField
    ; CHECK: names.lisp:[[# @LINE + 1]]:10: error: no context field `dta` in a program of type `:xdp`; did you mean `data`?
    (ctx dta)
    ; KIND: NotAVariable
    ; CHECK: names.lisp:[[# @LINE + 1]]:17: error: `missing` is not a variable
    (stack-addr missing)
    ; KIND: WrongArgumentCount
    ; CHECK: names.lisp:[[# @LINE + 1]]:5: error: `return` takes 0 to 1 arguments, not 2
    (return 1 2)
    0))

;--- case.lisp
(defprog p (:type :xdp)
  (let ((n (ktime-get-ns)))
    ; CHECK: case.lisp:[[# @LINE + 1]]:5: error: a string is no key of a `case`: "a"
    (case n ("a" 1))
    ; CHECK: case.lisp:[[# @LINE + 1]]:5: error: the clause `T` of a `case` comes last
    (case n (t 1) (2 3))
    0))

;--- clauses.lisp
(defprog p (:type :xdp)
  (let ((n (ktime-get-ns)))
    ; CHECK: clauses.lisp:[[# @LINE + 1]]:11: error: `nil` is not a clause; write `(test form…)`
    (cond () ((> n 1) 2))
    ; CHECK: clauses.lisp:[[# @LINE + 1]]:18: error: `a` is defined already
    (let ((a 1) (a 2)) a)
    ; CHECK: clauses.lisp:[[# @LINE + 1]]:11: error: `(a 1 2 3)` is not a binding; write `(name value)` or `(name type value)`
    (let ((a 1 2 3)) a)
    ; CHECK-NOT: error
    0))

;--- arithmetic.lisp
(defprog p (:type :xdp)
  (let* ((count 1) (signed (cast i64 count)) (narrow (cast u16 count)))
    ; KIND: DivisionByZero
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:14: error: `/` by zero
    (/ count 0)
    ; KIND: DivisionByZero
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:16: error: `mod` by zero
    (mod count 0)
    ; KIND: ShiftTooFar
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:15: error: a shift by 64 leaves nothing of 64 bits
    (<< count 64)
    ; KIND: ShiftTooFar
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:15: error: a shift by 70 leaves nothing of 64 bits
    (>> count 70)
    ; KIND: MalformedByte
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:10: error: `(byte 8 64)` is not a field of bits; write `(byte size position)` within 64 bits
    (ldb (byte 8 64) count)
    ; KIND: MalformedByte
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:10: error: `8` is not a field of bits; write `(byte size position)` within 64 bits
    (ldb 8 count)
    ; KIND: MixedSigns
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:9: warning: comparing `i32` with `u64` as unsigned; cast one of them
    (if (> (cast i32 count) (cast u64 count)) 1 0)
    ; KIND: LogicalShiftOfSigned
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:5: warning: `>>` of a signed `i64` fills with 0; `>>>` keeps the sign
    (>> signed 3)
    ; KIND: NotAnAddress
    ; CHECK: arithmetic.lisp:[[# @LINE + 1]]:15: error: `narrow` is a `u16`, too narrow for an address
    (load u64 narrow 0)
    0))

;--- forms.lisp
(defprog p (:type :xdp)
  (let ((count (get-prandom-u32)))
    ; KIND: MalformedBinding
    ; CHECK: forms.lisp:[[# @LINE + 1]]:11: error: `(5 1)` is not a binding; write `(name value)` or `(name type value)`
    (let ((5 1)) 0)
    ; KIND: MalformedBinding
    ; CHECK: forms.lisp:[[# @LINE + 1]]:10: error: `5` is not a binding; write `(name value)` or `(name type value)`
    (let 5 0)
    ; KIND: MalformedClause
    ; CHECK: forms.lisp:[[# @LINE + 1]]:11: error: `5` is not a clause; write `(test form…)`
    (cond 5)
    ; KIND: UnboundedLoop
    ; CHECK: forms.lisp:[[# @LINE + 1]]:17: error: `count` is not a constant: the loop needs `:max N`
    (dotimes (i count) 0)
    ; KIND: MalformedLoopHeader
    ; CHECK: forms.lisp:[[# @LINE + 1]]:14: error: `(i count :min 8)` is not a loop header; write `(i n)` or `(i n :max N)`
    (dotimes (i count :min 8) 0)
    ; KIND: MalformedLoopHeader
    ; CHECK: forms.lisp:[[# @LINE + 1]]:14: error: `5` is not a loop header; write `(i n)` or `(i n :max N)`
    (dotimes 5 0)
    ; KIND: MissingOption
    ; CHECK: forms.lisp:[[# @LINE + 1]]:5: error: `while` needs the option `:max`
    (while count 0)
    ; KIND: OutsideLoop
    ; CHECK: forms.lisp:[[# @LINE + 1]]:5: error: `break` is not inside a loop
    (break)
    ; KIND: OutsideLoop
    ; CHECK: forms.lisp:[[# @LINE + 1]]:5: error: `continue` is not inside a loop
    (continue)
    0))

;--- memory.lisp
(defglobal fixed u32 5 :const t)
(defstruct pair (a u16) (b u32))
(defprog p (:type :xdp)
  (let ((count (get-prandom-u32)) (pair (make-pair)))
    ; KIND: ConstantStore
    ; CHECK: memory.lisp:[[# @LINE + 1]]:11: error: `fixed` is constant
    (setf fixed 6)
    ; KIND: StackObjectSize
    ; CHECK: memory.lisp:[[# @LINE + 1]]:19: error: 0 bytes are not on the stack: 1 to 512
    (struct-alloc 0)
    ; KIND: StackObjectSize
    ; CHECK: memory.lisp:[[# @LINE + 1]]:19: error: 513 bytes are not on the stack: 1 to 512
    (struct-alloc 513)
    ; KIND: NotConstant
    ; CHECK: memory.lisp:[[# @LINE + 1]]:19: error: `count` is not a constant
    (struct-alloc count)
    ; KIND: FormatNotString
    ; CHECK: memory.lisp:[[# @LINE + 1]]:19: error: the format must be a string, not `count`
    (trace-printk count)
    ; KIND: NotProgramMemory
    ; CHECK: memory.lisp:[[# @LINE + 1]]:24: error: `probe-read-kernel` wants memory of the program; `count` is a `u32`
    (probe-read-kernel count 8 pair)
    ; KIND: AtomicWidth
    ; CHECK: memory.lisp:[[# @LINE + 1]]:26: error: atomic operations work on 4 or 8 bytes, not on `u16`
    (atomic-add pair 0 1 u16)
    ; KIND: NotARead
    ; CHECK: memory.lisp:[[# @LINE + 1]]:15: error: `count` is not a read
    (volatile count)
    0))
