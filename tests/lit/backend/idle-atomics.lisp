; An atomic operation that changes nothing, in one round of an unrolled loop
; say, is left out: LLVM would make an or of it, which kernels before 5.12
; refuse. What has a result or an effect stays.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --emit=asm -o - | FileCheck %s
; RUN: %whistler compile %s --emit=asm --mcpu=v1 -o - | FileCheck %s
(defmap counts :type :hash :key-type u64 :value-type u64 :max-entries 16)

; CHECK-LABEL: {{^}}nothing:
; CHECK-NOT: lock
; CHECK: exit
(defprog nothing (:type :kprobe :license "GPL")
  (incf (getmap counts 5) 0)
  0)

; CHECK-LABEL: {{^}}rounds:
; CHECK-NOT: |=
; CHECK: lock *(u64 *)(r0 + 0) += r{{[0-9]}}
; CHECK-NOT: |=
; CHECK: exit
(defprog rounds (:type :kprobe :license "GPL")
  (dotimes (i 2)
    (incf (getmap counts i) i)
    (barrier))
  0)
