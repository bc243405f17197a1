; Memory of a known size that is used past its end.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s
(defstruct pair (a u64) (b u64))
(defmap counts :type :hash :key-type u32 :value-type u64 :max-entries 8)
(defmap events :type :ringbuf :max-entries 4096)
(defglobal word u32)
(defprog wrong (:type :tc)
  (let ((buffer (struct-alloc 8)) (small u32 1) (count (map-lookup counts 1)))
    ; KIND: OutsideMemory
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes 8 to 15 are used here of memory that has 8
    (load u64 buffer 8)
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes -8 to -1 are used here of memory that has 8
    (store u64 buffer -8 1)
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes 4 to 11 are used here of memory that has 8
    (memset buffer 4 0 8)
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes 0 to 7 are used here of memory that has 4
    (memcpy buffer 0 (stack-addr small) 0 8)
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes 0 to 15 are used here of memory that has 8
    (skb-load-bytes (ctx-ptr) 0 buffer 16)
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes 8 to 15 are used here of memory that has 8
    (pair-b (as-pair buffer))
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:5: error: bytes 0 to 7 are used here of memory that has 4
    (load u64 (stack-addr word))
    ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:17: error: bytes 4 to 11 are used here of memory that has 8
    (when count (atomic-add count 4 1))
    (let ((e (ringbuf-reserve events 8 0)))
      (when e
        ; CHECK: fail-bounds.lisp:[[# @LINE + 1]]:9: error: bytes 6 to 9 are used here of memory that has 8
        (store u32 (+ e 4) 2 1)
        (ringbuf-discard e 0))))
  0)
(defprog right (:type :tc)
  ; CHECK-NOT: error
  (let* ((buffer (struct-alloc 16)) (end (+ buffer 16)) (either buffer) (count (map-lookup counts 1)))
    (store u64 end -8 1)
    (when (ctx mark) (setf either (struct-alloc 32)))
    (load u64 either 16)
    (when (> (sizeof pair) 16) (load u64 buffer 16))
    (dotimes (i 2) (store u64 buffer (* i 8) 0))
    (when count (load u32 count 4)))
  0)
