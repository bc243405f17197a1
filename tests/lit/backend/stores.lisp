; A constant that is only stored is the immediate of its store: onto the stack,
; into a record, a map value.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --emit=asm -o - | FileCheck %s
(defstruct event (a u32) (b u64))
(defmap events :type :ringbuf :max-entries 4096)
(defmap counts :type :hash :key-type u32 :value-type u64 :max-entries 16)

; CHECK-LABEL: {{^}}constants:
; CHECK: call 131
; CHECK-DAG: *(u64 *)(r{{[0-9]}} + 0) = 7
; CHECK-DAG: *(u64 *)(r{{[0-9]}} + 8) = 9
; CHECK: exit
(defprog constants (:type :kprobe :license "GPL")
  (with-ringbuf (e events event)
    (setf (event-a e) 7 (event-b e) 9))
  0)

; One slot for the key of both calls.
; CHECK-LABEL: {{^}}count:
; CHECK: *(u32 *)(r10 - [[KEY:[0-9]+]]) = 5
; CHECK: call 1
; CHECK-NOT: = 5
; CHECK: *(u64 *)(r10 - {{[0-9]+}}) = 1
; CHECK: exit
(defprog count (:type :kprobe :license "GPL")
  (incf (getmap counts 5))
  0)
