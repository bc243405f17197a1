; Names defined twice, declarations of nothing, strings and formats.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/twice.lisp -o %t/a.o 2>>%t/out
; RUN: not %whistler compile %t/values.lisp -o %t/b.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- twice.lisp
(defconstant +limit+ 1)
(defconstant +limit+ 1) ; the same again is no contradiction
; KIND: DuplicateName
; CHECK: twice.lisp:[[# @LINE + 1]]:14: error: `+limit+` is defined already
(defconstant +limit+ 2)
; KIND: FirstDefined
; CHECK: twice.lisp:[[# @LINE - 6]]:14: note: `+limit+` is defined here first
(defstruct event (a u32))
; CHECK: twice.lisp:[[# @LINE + 1]]:12: error: `event` is defined already
(defstruct event (b u32))
; CHECK: twice.lisp:[[# @LINE - 3]]:1: note: `event` is defined here first
(defsubprog helper () -> u32 1)
; CHECK: twice.lisp:[[# @LINE + 1]]:13: error: `helper` is defined already
(defsubprog helper () -> u32 2)
; CHECK: twice.lisp:[[# @LINE - 3]]:13: note: `helper` is defined here first
(defprog a (:type :xdp) (helper))
; CHECK: twice.lisp:[[# @LINE + 1]]:10: error: `a` is defined already
(defprog a (:type :xdp) (helper))
; CHECK: twice.lisp:[[# @LINE - 3]]:10: note: `a` is defined here first
; KIND: ExpressionAtTopLevel
; CHECK: twice.lisp:[[# @LINE + 1]]:2: error: `setf` belongs inside a program
(setf x 1)
; A section without a type is not compared with another type's.
; CHECK: twice.lisp:[[# @LINE + 2]]:1: error: `defprog` needs the option `:type`
; CHECK-NOT: warning
(defprog b (:section "xdp") 1)

;--- values.lisp
(defmap records :type :ringbuf :max-entries 4096)
(defstruct event (a u32))
; KIND: MalformedArray
; CHECK: values.lisp:[[# @LINE + 1]]:21: error: `(array u8)` is not an array type; write `(array T n)`
(defstruct other (a (array u8)))
(defprog a (:type :xdp)
  ; KIND: UnknownRecord
  ; CHECK: values.lisp:[[# @LINE + 1]]:28: error: `evnt` is neither a struct nor a number of bytes; did you mean `event`?
  (with-ringbuf (e records evnt) 1)
  (let ((x 1) (count 2))
    ; KIND: DeclaredNotBound
    ; CHECK: values.lisp:[[# @LINE + 1]]:24: error: `cuont` is declared here, but this form binds no such variable; did you mean `count`?
    (declare (type u32 cuont) (ignore x))
    ; KIND: StringAsNumber
    ; CHECK: values.lisp:[[# @LINE + 1]]:5: error: a string is not a number: it goes to helpers that want one
    (+ x "one")
    ; CHECK: values.lisp:[[# @LINE + 1]]:5: error: a string is not a number: it goes to helpers that want one
    (= x "one"))
  ; CHECK: values.lisp:[[# @LINE + 1]]:12: error: unknown type `u77`
  (let ((x u77 1)) x)
  ; KIND: UnknownDirective
  ; CHECK: values.lisp:[[# @LINE + 1]]:17: error: the kernel formats no `%q`; it knows `%d %i %u %x %X`, also with `l` or `ll`, `%c %s %pks %pus %p` and `%pK %px %ps %pS %pB %pi4 %pI4 %pi6 %pI6`
  (trace-printk "%q" x)
  ; CHECK: values.lisp:[[# @LINE + 1]]:17: error: the kernel formats no `%5.`
  (trace-printk "%d%% %5.2f" 1 2)
  ; CHECK: values.lisp:[[# @LINE + 1]]:17: error: the kernel formats no `%sx`
  (trace-printk "%sx" 1)
  ; KIND: FormatArguments
  ; CHECK: values.lisp:[[# @LINE + 1]]:17: error: the format has 1 directive for 2 arguments
  (trace-printk "%-08llx" 1 2)
  ; CHECK-NOT: error
  (trace-printk "%pI4 %pks, %s. %p" 1 2 3 4))
