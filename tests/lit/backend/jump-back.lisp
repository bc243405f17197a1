; The end of a loop that lies directly before its start jumps there: verifiers
; such as 5.10's refuse a loop whose way back is no jump.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s -O0 --emit=asm -o - | FileCheck %s
(defmap counts :type :hash :key-type u64 :value-type u64 :max-entries 16)

; CHECK-LABEL: {{^}}p:
; CHECK: {{^[[:space:]]+}}goto [[TEST:LBB[0-9_]+]]
; CHECK: call 2
; CHECK: [[COUNTER:r[0-9]]] += 1
; CHECK: {{^[[:space:]]+}}goto [[TEST]]
; CHECK: [[TEST]]:
; CHECK: if [[COUNTER]] > 2 goto
; CHECK: exit
(defprog p (:type :tc)
  (let ((v 85))
    (if (ctx len)
        (dotimes (i 3) (setf (getmap counts 8) (getmap counts 7)))
        (setf v (getmap counts 2)))
    (setf (getmap counts 1) v)
    0))
