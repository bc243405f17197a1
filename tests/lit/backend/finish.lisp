; What code generation finishes: member offsets are immediates of additions,
; and no jump goes over a jump.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --kernel-reads=single --emit=asm -o - | FileCheck %s
(import-kernel-struct task-struct mm)
(import-kernel-struct mm-struct total-vm)

(defglobal seen u64)

; CHECK-LABEL: {{^}}chain:
; CHECK: call 35
; CHECK: r0 += {{[0-9]+}}
; CHECK: call 113
; CHECK: r3 = *(u64 *)(r10 -
; CHECK-NOT: {{r[0-9] = [0-9]+$}}
; CHECK: r3 += {{[0-9]+}}
; CHECK: call 113
; CHECK: if r{{[0-9]}} < 1001 goto
; CHECK-NOT: goto
; CHECK: exit
(defprog chain (:type :kprobe :license "GPL")
  (when (> (mm-struct-total-vm (task-struct-mm (get-current-task))) 1000)
    (incf seen))
  0)
