; Old CPU levels have an atomic addition and nothing else.
; RUN: not %whistler compile --mcpu=v1 %s -o %t.o 2>&1 | FileCheck %s
; RUN: not %whistler compile --mcpu=v2 %s -o %t.o 2>&1 | FileCheck %s
(defmap counts :type :array :value-type u32 :max-entries 1)
(defprog p (:type :xdp)
  (let ((p (struct-alloc 8)))
    (atomic-add p 0 1)
    ; KIND: AtomicCpu
    ; CHECK: fail-atomics-v1.lisp:[[# @LINE + 1]]:5: error: `atomic-xchg` needs `--mcpu=v3` or later
    (atomic-xchg p 0 1)
    0))
(defprog dropped (:type :xdp)
  (let ((p (struct-alloc 8)))
    (atomic-add p 0 1 u32)
    (atomic-sub p 4 1 u32)
    (when (incf (getmap counts 0)) (incf (getmap counts 0)))
    0))
(defprog used (:type :xdp)
  (let ((p (struct-alloc 8)))
    (+ (atomic-add p 0 1) (incf (getmap counts 0))
       ; KIND: AtomicValueCpu
       ; CHECK: fail-atomics-v1.lisp:[[# @LINE + 1]]:8: error: the old value of a 32-bit atomic addition needs `--mcpu=v3` or later
       (atomic-sub p 0 1 u32))))
; CHECK-NOT: error
