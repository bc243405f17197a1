; A window seen as a kernel record is reached from the frame pointer, not from a
; number to which the frame pointer is added, in what is called: the verifier
; would take the sum for an address in the caller's frame.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --kernel-reads=fused --emit=asm -o - | FileCheck %s
(import-kernel-struct task-struct pid tgid utime stime nvcsw start-time)

; CHECK-LABEL: {{^}}sum:
; CHECK-NOT: += r10
; CHECK: call 113
; CHECK-NOT: += r10
; CHECK: exit
(defsubprog sum ((p (ptr task-struct)))
  (+ (task-struct-pid p) (task-struct-utime p) (task-struct-stime p)
     (task-struct-nvcsw p) (task-struct-start-time p)))

; CHECK-LABEL: {{^}}p:
; CHECK: += r10
; CHECK: exit
(defprog p (:type :tc)
  (let ((task (get-current-task)))
    (+ (sum (kernel-load u64 task 64)) (sum task) (task-struct-pid task)
       (task-struct-utime task) (task-struct-stime task)
       (task-struct-nvcsw task) (task-struct-start-time task))))
