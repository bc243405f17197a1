; The frames of functions that call each other share one stack.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s
; RUN: not %whistler compile --mcpu=v3 %S/Inputs/large-function.lisp -o %t.o 2>&1 | FileCheck --check-prefix=ONE %s
(defstruct big (a (array u8 300)))
(defsubprog f ((x u64))
  (let ((b (make-big))) (setf (big-a b (logand x 127)) 1) (big-a b 5)))
; KIND: ProgramRefused
; CHECK: fail-call-stack.lisp:[[# @LINE + 1]]:1: error: program `p`: stack of {{[0-9]+}} bytes exceeds 512 in calls: `p` {{[0-9]+}} bytes, `f` {{[0-9]+}} bytes
(defprog p (:type :tc)
  (let ((b (make-big)))
    (setf (big-a b (logand (ctx len) 127)) 1)
    (+ (f (ctx len)) (big-a b 3))))
; KIND: FunctionRefused
; ONE: large-function.lisp:3:1: error: function `f`: stack of {{[0-9]+}} bytes exceeds 512
