;;; A stack over 512 bytes is a mistake of the program: said at its defprog,
;;; with what uses the stack and where.
;; RUN: sh -c '%whistler compile %s -o %t.o; echo status $?; test ! -e %t.o && echo no output' 2>&1 | FileCheck %s

;; KIND: ProgramRefused
;; CHECK: fail-stack.lisp:[[# @LINE + 6]]:1: error: program `too_big`: stack of {{[0-9]+}} bytes exceeds 512
;; KIND: StackUse
;; CHECK: note: `object` takes 400 bytes of the stack here
;; CHECK: note: `object` takes 300 bytes of the stack here
;; CHECK: status 1
;; CHECK: no output
(defprog too-big (:type :kprobe :section "kprobe/vfs_open")
  (let ((a (struct-alloc 400))
        (b (struct-alloc 300)))
    (get-current-comm a 400)
    (get-current-comm b 300)
    (+ (load u8 a) (load u8 b))))
