; Old CPU levels have an atomic addition and nothing else.
; RUN: not %whistler compile --mcpu=v1 %s -o %t.o 2>&1 | FileCheck %s
(defprog p (:type :xdp)
  (let ((p (struct-alloc 8)))
    (atomic-add p 0 1)
    ; KIND: AtomicCpu
    ; CHECK: fail-atomics-v1.lisp:[[# @LINE + 1]]:5: error: `atomic-xchg` needs `--mcpu=v3` or later
    (atomic-xchg p 0 1)
    0))
