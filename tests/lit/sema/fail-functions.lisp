; Functions, callbacks and instructions.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/declarations.lisp -o %t/a.o 2>>%t/out
; RUN: not %whistler compile %t/calls.lisp -o %t/b.o 2>>%t/out
; RUN: not %whistler compile %t/nulls.lisp -o %t/n.o 2>>%t/out
; RUN: not %whistler compile %t/forms.lisp -o %t/c.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- declarations.lisp
; KIND: MissingName
; CHECK: declarations.lisp:[[# @LINE + 1]]:1: error: `defsubprog` needs a name first
(defsubprog 5 ())
(defsubprog f ((a u64)) a)
; KIND: DuplicateName
; CHECK: declarations.lisp:[[# @LINE + 1]]:13: error: `f` is defined already
(defsubprog f ((a u64)) a)
; CHECK: declarations.lisp:[[# @LINE + 1]]:29: error: `a` is defined already
(defsubprog twice ((a u64) (a u32)) a)
; KIND: MalformedParameter
; CHECK: declarations.lisp:[[# @LINE + 1]]:16: error: `a` is not a parameter; write `((name type)…)`
(defsubprog g (a) a)
; KIND: TooManyParameters
; CHECK: declarations.lisp:[[# @LINE + 1]]:15: error: `h` takes 6 arguments; a function of the kernel's machine has 5 at most
(defsubprog h ((a u8) (b u8) (c u8) (d u8) (e u8) (f u8)) a)
; KIND: UnknownOption
; CHECK: declarations.lisp:[[# @LINE + 1]]:25: error: unknown option `:globl` of `defsubprog`; did you mean `:global`?
(defsubprog i ((a u64)) :globl t a)
; KIND: NotScalarType
; CHECK: declarations.lisp:[[# @LINE + 1]]:19: error: `(array u8 4)` is not a scalar type
(defsubprog j ((a (array u8 4))) 0)
; KIND: NoRoomForContext
; CHECK: declarations.lisp:[[# @LINE + 1]]:13: error: `k` uses the context, which is passed to it too: that leaves room for 4 parameters
(defsubprog k ((a u8) (b u8) (c u8) (d u8) (e u8)) (ctx-ptr))
; KIND: GlobalUsesContext
; CHECK: declarations.lisp:[[# @LINE + 1]]:13: error: global function `l` has no context: pass what it needs
(defsubprog l () :global t (ctx-ptr))
(defmap m :type :array :key-type u32 :value-type u64 :max-entries 1)
; KIND: GlobalReturnsPointer
; CHECK: declarations.lisp:[[# @LINE + 1]]:13: error: global function `n` can only return a number
(defsubprog n () :global t (map-lookup m 0))
(defstruct pair (x u32) (y u32))
; KIND: MissingNullTest
; CHECK: declarations.lisp:[[# @LINE + 1]]:58: error: `p` may be 0: test it before its memory is used
(defsubprog o ((p (ptr pair))) -> u32 :global t (pair-x  p))
; KIND: ReturnsStackPointer
; CHECK: declarations.lisp:[[# @LINE + 1]]:18: error: memory of the stack is gone when its function returns: return a value, or pass in a pointer to fill
(defsubprog q () (make-pair))

;--- calls.lisp
(defstruct pair (x u32) (y u32))
(defsubprog f ((a u64) (p (ptr pair))) (+ a (pair-x p)))
(defsubprog deep ((n u64)) (deeper n))
; KIND: Recursion
; CHECK: calls.lisp:[[# @LINE + 1]]:32: error: `deep` calls itself here: the kernel permits no recursion
(defsubprog deeper ((n u64)) (+(deep n) 1))
(defsubprog glob ((p (ptr pair)) (n u64)) :global t (if p (+ n (pair-x p)) 0))
(defprog p (:type :xdp)
  (let ((p (make-pair)) (task (get-current-task)))
    ; KIND: WrongArgumentCount
    ; CHECK: calls.lisp:[[# @LINE + 1]]:5: error: `f` takes 2 arguments, not 1
    (f 1)
    ; KIND: WrongPointerType
    ; CHECK: calls.lisp:[[# @LINE + 1]]:10: error: `f` wants a `(ptr pair)`, this is a `(ptr task-struct)`; write `(as-pair p)` if it is meant
    (f 1 task)
    ; KIND: NotProgramMemory
    ; CHECK: calls.lisp:[[# @LINE + 1]]:11: error: `glob` wants memory of the program; `5` is a `u64`
    (glob 5 1)
    ; KIND: GlobalTakesNumber
    ; CHECK: calls.lisp:[[# @LINE + 1]]:13: error: global function `glob` takes a number here; `p` is a `(ptr pair)`
    (glob p p)
    0))
(defsubprog d1 ((n u64)) (+ n 1))
(defsubprog d2 ((n u64)) (d1 n))
(defsubprog d3 ((n u64)) (d2 n))
(defsubprog d4 ((n u64)) (d3 n))
(defsubprog d5 ((n u64)) (d4 n))
(defsubprog d6 ((n u64)) (d5 n))
(defsubprog d7 ((n u64)) (d6 n))
(defprog eight (:type :xdp) (d7 1))
(defsubprog d8 ((n u64)) (d7 n))
; KIND: CallsTooDeep
; CHECK: calls.lisp:[[# @LINE + 1]]:1: error: calls are nested 9 deep from here, the kernel permits 8
(defprog nine (:type :xdp) (d8 1))
(deep 1)

;--- nulls.lisp
(defstruct pair (x u32) (y u32))
(defmap m :type :hash :key-type u32 :value-type pair :max-entries 4)
(defprog right (:type :xdp)
  (let ((p (map-lookup m 1)) (q (map-lookup m 2)) (s (map-lookup m 3)) (u (map-lookup m 4)))
    (unless p (return 0))
    (if (null q) (return 1) (pair-x q))
    (cond ((= s 0) 1) ((> (pair-x s) 3) 2) (t (pair-y s)))
    (when (and u (= (pair-x u) 1)) (incf (pair-y u)))
    (if (or (not u) (= (pair-x u) 1)) 0 (pair-y u))
    (+ (pair-x p) (pair-y q))))
(defprog wrong (:type :xdp)
  (let ((p (map-lookup m 1)) (q (map-lookup m 2)) (s (map-lookup m 3)))
    (when p (incf (pair-x p)))
    ; KIND: MissingNullTest
    ; CHECK: nulls.lisp:[[# @LINE + 1]]:13: error: `p` may be 0: test it before its memory is used
    (pair-y p)
    (if q 1
      ; KIND: MissingNullTest
      ; CHECK: nulls.lisp:[[# @LINE + 1]]:15: error: `q` may be 0: test it before its memory is used
      (pair-y q))
    (unless s
      ; KIND: MissingNullTest
      ; CHECK: nulls.lisp:[[# @LINE + 1]]:15: error: `s` may be 0: test it before its memory is used
      (pair-y s))
    0))

;--- forms.lisp
(defstruct pair (x u32) (y u32))
(defprog p (:type :xdp)
  (let ((p (make-pair)) (n (get-prandom-u32)))
    ; KIND: MalformedBpfLoopHeader
    ; CHECK: forms.lisp:[[# @LINE + 1]]:15: error: `(i)` is not a loop header; write `(i n)`
    (bpf-loop (i) 0)
    ; KIND: ReturnsStackPointer
    ; CHECK: forms.lisp:[[# @LINE + 1]]:22: error: memory of the stack is gone when its function returns
    (bpf-loop (i 10) (setf n p))
    ; KIND: TooManyRounds
    ; CHECK: forms.lisp:[[# @LINE + 1]]:18: error: `8388609` rounds are more than the 8388608 that the kernel permits
    (bpf-loop (i 8388609) 0)
    ; KIND: AssemblyNumber
    ; CHECK: forms.lisp:[[# @LINE + 1]]:10: error: `256` does not fit an instruction here: 0 to 255
    (asm 256 0 0 0 0)
    ; KIND: AssemblyNumber
    ; CHECK: forms.lisp:[[# @LINE + 1]]:15: error: `11` does not fit an instruction here: 0 to 10
    (asm #xb7 11 0 0 0)
    ; KIND: UnknownInstruction
    ; CHECK: forms.lisp:[[# @LINE + 1]]:10: error: opcode `133` is none that `asm` takes: arithmetic, loads and stores of a register
    (asm #x85 0 0 0 1)
    ; KIND: NotAVariable
    ; CHECK: forms.lisp:[[# @LINE + 1]]:15: error: `(+ n 1)` is not a variable
    (asm #xb7 (+ n 1) 0 0 1)
    ; KIND: NotUserAddress
    ; CHECK: forms.lisp:[[# @LINE + 1]]:20: error: `p` is a `(ptr pair)`: memory of the program, not of the process
    (user-load u32 p)
    ; KIND: AtomicMemory
    ; CHECK: forms.lisp:[[# @LINE + 1]]:17: error: atomic operations do not work on this memory: `(ctx-ptr)` is a `pointer`
    (atomic-add (ctx-ptr) 0 1)
    0))
