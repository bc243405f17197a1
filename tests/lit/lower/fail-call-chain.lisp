; A function that calls a function, both of one section, counts too.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s
(defstruct big (a (array u8 200)))
(defsubprog g ((x u64))
  (let ((b (make-big))) (setf (big-a b (logand x 127)) 1) (big-a b 5)))
(defsubprog f ((x u64))
  (let ((b (make-big)))
    (setf (big-a b (logand x 127)) 1)
    (+ (g x) (big-a b 5))))
; KIND: ProgramRefused
; CHECK: fail-call-chain.lisp:[[# @LINE + 1]]:1: error: program `p`: stack of {{[0-9]+}} bytes exceeds 512 in calls: `p` {{[0-9]+}} bytes, `f` {{[0-9]+}} bytes, `g` {{[0-9]+}} bytes
(defprog p (:type :tc)
  (let ((b (make-big)))
    (setf (big-a b (logand (ctx len) 127)) 1)
    (+ (f (ctx len)) (big-a b 3))))
