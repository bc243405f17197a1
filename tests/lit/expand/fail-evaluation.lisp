; Mistakes of macros: said at the call, with a note at what was evaluated.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/names.lisp -o %t/names.o 2>>%t/out
; RUN: not %whistler compile %t/arguments.lisp -o %t/arguments.o 2>>%t/out
; RUN: not %whistler compile %t/limits.lisp -o %t/limits.o 2>>%t/out
; RUN: not %whistler compile %t/control.lisp -o %t/control.o 2>>%t/out
; RUN: not %whistler compile %t/count.lisp -o %t/count.o 2>>%t/out
; RUN: not %whistler compile %t/cycle.lisp -o %t/cycle.o 2>>%t/out
; RUN: not %whistler compile %t/missing.lisp -o %t/missing.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- names.lisp
(defmacro m () (lenght '(1 2)))
; KIND: UnknownCompileTimeFunction
; CHECK: names.lisp:[[# @LINE + 3]]:25: error: `lenght` is not a function of the compile-time Lisp; did you mean `length`?
; KIND: ExpandedFrom
; CHECK: names.lisp:[[# @LINE - 4]]:17: note: expanded from macro `m`
(defprog p (:type :xdp) (m))
(defvar *count* 1)
(defmacro n () *cuont*)
; KIND: UnknownCompileTimeVariable
; CHECK: names.lisp:[[# @LINE + 3]]:25: error: `*cuont*` has no value at compile time; did you mean `*count*`?
; KIND: ExpandedFrom
; CHECK: names.lisp:[[# @LINE - 4]]:16: note: expanded from macro `n`
(defprog q (:type :xdp) (n))

;--- arguments.lisp
(defmacro a () (car 5))
; KIND: WrongArgument
; CHECK: arguments.lisp:[[# @LINE + 3]]:25: error: `car` wants a list, got `5`
; KIND: ExpandedFrom
; CHECK: arguments.lisp:[[# @LINE - 4]]:16: note: expanded from macro `a`
(defprog p (:type :xdp) (a))
(defmacro b () (funcall 5))
; KIND: NotAFunction
; CHECK: arguments.lisp:[[# @LINE + 3]]:25: error: `5` is not a function
; KIND: ExpandedFrom
; CHECK: arguments.lisp:[[# @LINE - 4]]:16: note: expanded from macro `b`
(defprog q (:type :xdp) (b))
(defmacro c () (let ((5 1)) 5))
; KIND: MalformedForm
; CHECK: arguments.lisp:[[# @LINE + 3]]:25: error: malformed `let`: a binding is `name` or `(name value)`
; KIND: ExpandedFrom
; CHECK: arguments.lisp:[[# @LINE - 4]]:16: note: expanded from macro `c`
(defprog r (:type :xdp) (c))
(defmacro d () (if))
; KIND: WrongArgumentCount
; CHECK: arguments.lisp:[[# @LINE + 3]]:25: error: `if` takes 2 to 3 arguments, not 0
; KIND: ExpandedFrom
; CHECK: arguments.lisp:[[# @LINE - 4]]:16: note: expanded from macro `d`
(defprog s (:type :xdp) (d))

;--- limits.lisp
(defmacro a () (while t nil))
; KIND: OutOfSteps
; CHECK: limits.lisp:[[# @LINE + 3]]:25: error: this takes more than 4000000 steps at compile time: does it end?
; KIND: ExpandedFrom
; CHECK: limits.lisp:[[# @LINE - 4]]:16: note: expanded from macro `a`
(defprog p (:type :xdp) (a))
(defun down (n) (+ 1 (down n)))
(defmacro b () (down 1))
; KIND: CompileTimeRecursion
; CHECK: limits.lisp:[[# @LINE + 3]]:25: error: calls are nested more than 2500 deep at compile time
; KIND: ExpandedFrom
; CHECK: limits.lisp:[[# @LINE - 5]]:22: note: expanded from macro `b`
(defprog q (:type :xdp) (b))
(defmacro c () (* 4611686018427387904 4611686018427387904))
; KIND: CompileTimeOverflow
; CHECK: limits.lisp:[[# @LINE + 3]]:25: error: the result of `*` does not fit in 64 bits
; KIND: ExpandedFrom
; CHECK: limits.lisp:[[# @LINE - 4]]:16: note: expanded from macro `c`
(defprog r (:type :xdp) (c))
(defmacro d () (floor 1 0))
; KIND: DivisionByZeroAtCompileTime
; CHECK: limits.lisp:[[# @LINE + 3]]:25: error: `floor` divides by zero
; KIND: ExpandedFrom
; CHECK: limits.lisp:[[# @LINE - 4]]:16: note: expanded from macro `d`
(defprog s (:type :xdp) (d))

;--- control.lisp
(defmacro a () (return-from outer 1))
; KIND: NoSuchBlock
; CHECK: control.lisp:[[# @LINE + 1]]:25: error: return to `outer`: there is no block of that name around it
(defprog p (:type :xdp) (a))
(defmacro b () (error "no field ~a here" 'pid))
; KIND: UserError
; CHECK: control.lisp:[[# @LINE + 3]]:25: error: no field PID here
; KIND: ExpandedFrom
; CHECK: control.lisp:[[# @LINE - 4]]:16: note: expanded from macro `b`
(defprog q (:type :xdp) (b))
(defmacro c () (let ((x (list 1))) (setf (car x) 2)))
; KIND: UnsupportedPlace
; CHECK: control.lisp:[[# @LINE + 3]]:25: error: `(car x)` cannot be set at compile time
; KIND: ExpandedFrom
; CHECK: control.lisp:[[# @LINE - 4]]:42: note: expanded from macro `c`
(defprog r (:type :xdp) (c))
(defmacro d (&key size) size)
; KIND: UnknownKeywordArgument
; CHECK: control.lisp:[[# @LINE + 1]]:25: error: `d` has no keyword argument `:sise`; did you mean `:size`?
(defprog s (:type :xdp) (d :sise 3))
(defmacro e () '(e))
; KIND: EndlessExpansion
; CHECK: control.lisp:[[# @LINE + 1]]:25: error: `e` expands without end
(defprog u (:type :xdp) (e))

;--- count.lisp
(defmacro two (x y) `(+ ,x ,y))
; KIND: WrongArgumentCount
; CHECK: count.lisp:[[# @LINE + 1]]:25: error: `two` takes 2 arguments, not 1
(defprog p (:type :xdp) (two 1))

;--- cycle.lisp
; KIND: IncludeCycle
; CHECK: cycle.lisp:[[# @LINE + 1]]:10: error: `cycle.lisp` includes itself
(include "cycle.lisp")

;--- missing.lisp
; KIND: CannotReadFile
; CHECK: missing.lisp:[[# @LINE + 1]]:10: error: cannot read `absent.lisp`: No such file or directory
(include "absent.lisp")
