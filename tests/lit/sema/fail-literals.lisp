; Numbers that do not fit where they are stored: a mistake where they are the
; object's contents, a warning where the program stores them.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

(defstruct pair (a u8) (b i16) (c (array u8 2)) (d bool))
(defstruct long (text (array u8 8)) (n u32))
(defmap texts :type :hash :key-size 8 :value-type u32 :max-entries 8)
(defheader head (port :offset 0 :type u16 :net-order t))
(defmap narrow :type :hash :key-type u16 :value-type u8 :max-entries 8)
(defmap sized :type :array :key-size 4 :value-size 4 :max-entries 8)
; KIND: BadInitializer
; CHECK: fail-literals.lisp:[[# @LINE + 1]]:20: error: `300` is no initial value of a `u8`
(defglobal byte u8 300)
; CHECK: fail-literals.lisp:[[# @LINE + 1]]:21: error: `-129` is no initial value of a `i8`
(defglobal least i8 -129)
; CHECK: fail-literals.lisp:[[# @LINE + 1]]:26: error: `4294967296` is no initial value of a `i16`
(defglobal pairs pair (1 4294967296))
; CHECK-NOT: error
(defglobal all u32 -1)
(defglobal bits i8 #xff)
(defglobal flag bool 300)
(defglobal longest u64 #xffffffffffffffff)
(defglobal count u32 1)
(defsubprog narrowed ((x u8)) -> u16
  ; KIND: LiteralCut
  ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:19: warning: 65536 does not fit a `u16`: 0 is stored
  (if x x (return 65536)))
(defprog p (:type :tc)
  ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:21: warning: 300 does not fit a `u8`: 44 is stored
  (let ((wrapped u8 300) (same i8 255) (word u64 -1) (truth bool 2)
        (p (make-pair)) (h (as-head (struct-alloc 8))) (d (make-long))
        (word16 u16 1) (entry (map-lookup sized 1)))
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:19: warning: 40000000 does not fit a `u8`: 0 is stored
    (setf wrapped 40000000)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:22: warning: -32769 does not fit a `i16`: 32767 is stored
    (setf (pair-b p) -32769)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:24: warning: 256 does not fit a `u8`: 0 is stored
    (setf (pair-c p 1) 256)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:25: warning: 70000 does not fit a `u16`: 4464 is stored
    (setf (head-port h) 70000)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:22: warning: 4294967296 does not fit a `u32`: 0 is stored
    (setf (ctx mark) (<< 1 32))
    ; CHECK: fail-literals.lisp:[[# @LINE + 2]]:26: warning: 65536 does not fit a `u16`: 0 is stored
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:33: warning: 256 does not fit a `u8`: 0 is stored
    (setf (getmap narrow 65536) 256)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:25: warning: 4294967297 does not fit a `u32`: 1 is stored
    (map-update sized 1 4294967297 0)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:19: warning: 256 does not fit a `u8`: 0 is stored
    (store u8 p 0 256)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:15: warning: 256 does not fit a `u8`: 0 is stored
    (narrowed 256)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:17: warning: 4294967296 does not fit a `u32`: 0 is stored
    (setf count 4294967296)
    ; CHECK-NOT: warning
    (setf (pair-a p) -1 (pair-d p) 300 same -128 word #xffffffffffffffff)
    (setf (getmap narrow -1) #xff wrapped (cast u8 300) truth 7)
    ; Texts and arrays have the size of their place, or have room in it.
    (setf (long-text d) "abc" (long-text d) "abcdefgh" (getmap texts "k") 1)
    ; KIND: CopySizeMismatch
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:11: error: a place of 8 bytes cannot take 10
    (setf (long-text d) "abcdefghi")
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:11: error: a place of 8 bytes cannot take 2
    (setf (long-text d) (pair-c p))
    ; KIND: MapOperandSize
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:19: error: the key of map `texts` has 8 bytes, a `(ptr u8)` has 10
    (getmap texts "abcdefghi")
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:19: error: the key of map `texts` has 8 bytes, a `(ptr u16)` has 2
    (getmap texts (stack-addr word16))
    ; KIND: MapAsValue
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:30: error: map `narrow` is not a value
    (setf (getmap texts "k") narrow)
    ; KIND: MissingNullTest
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:30: error: `entry` may be 0: test it before its memory is used
    (setf (getmap texts "k") entry)
    ; Memory on the stack that is not the struct's.
    ; KIND: MemoryTooSmall
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:5: error: `store` is told of 16 bytes, but a `long` has 12
    (store u64 d 8 1)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:5: error: `load` is told of 13 bytes, but a `long` has 12
    (load u8 d 12)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:11: error: `load` is told of 14 bytes, but a `long` has 12
    (setf (load u16 d 12) 1)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:5: error: `memset` is told of 13 bytes, but a `long` has 12
    (memset d 1 0 12)
    ; CHECK: fail-literals.lisp:[[# @LINE + 1]]:5: error: `memcpy` is told of 12 bytes, but a `pair` has 8
    (memcpy d 0 p 0 12)
    ; CHECK-NOT: error
    (memcpy d 4 p 0 8)
    (load u32 d 8)
    0))
