; Declarations of maps, and their uses.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/single.lisp -o %t/single.o 2>>%t/out
; RUN: not %whistler compile %t/uses.lisp -o %t/uses.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- single.lisp
; KIND: MissingOption
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: `defmap` needs the option `:type`
(defmap no-type :key-size 4 :value-size 8 :max-entries 1)
; KIND: UnknownMapType
; CHECK: single.lisp:[[# @LINE + 1]]:24: error: unknown map type `:hsah`
(defmap bad-type :type :hsah :key-size 4 :value-size 8 :max-entries 1)
; KIND: MissingSize
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: a map of type `:hash` needs `:key-size` or `:key-type`
(defmap no-key :type :hash :value-size 8 :max-entries 1)
; KIND: MissingSize
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: a map of type `:hash` needs `:value-size` or `:value-type`
(defmap no-value :type :hash :key-size 4 :max-entries 1)
; KIND: MissingOption
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: `defmap` needs the option `:max-entries`
(defmap no-entries :type :hash :key-size 4 :value-size 8)
; KIND: WrongSize
; CHECK: single.lisp:[[# @LINE + 1]]:42: error: a map of type `:array` has 4 bytes as `:key-size`, not 8
(defmap array-key :type :array :key-size 8 :value-size 8 :max-entries 1)
; KIND: SizesDisagree
; CHECK: single.lisp:[[# @LINE + 1]]:36: error: `:key-size` 8 does not agree with `:key-type`, which has 4 bytes
(defmap both :type :hash :key-size 8 :key-type u32 :value-size 8 :max-entries 1)
; KIND: RingSize
; CHECK: single.lisp:[[# @LINE + 1]]:42: error: `:max-entries` of a ring buffer is its size in bytes: a power of two and a multiple of 4096, not 5000
(defmap ring :type :ringbuf :max-entries 5000)
; KIND: UnknownOption
; CHECK: single.lisp:[[# @LINE + 1]]:54: error: unknown option `:max-entris` of `defmap`; did you mean `:max-entries`?
(defmap option :type :hash :key-size 4 :value-size 8 :max-entris 1)
; CHECK: single.lisp:[[# @LINE + 1]]:15: error: unknown option `:hash` of `defmap`; did you mean `:type :hash`?
(defmap typed :hash :key-size 4 :value-size 8 :max-entries 1)
; CHECK: single.lisp:[[# @LINE + 1]]:16: error: unknown option `(:type :hash :max-entries 1)` of `defmap`
(defmap listed (:type :hash :max-entries 1))
; CHECK: single.lisp:[[# @LINE + 1]]:27: error: unknown option `:key` of `defmap`; did you mean `:key-size` or `:key-type`?
(defmap short :type :hash :key u32 :value-size 8 :max-entries 1)
; KIND: NoSuchSize
; CHECK: single.lisp:[[# @LINE + 1]]:40: error: a map of type `:ringbuf` takes no `:key-type`
(defmap keyed :type :ringbuf :key-type u32 :max-entries 4096)
; CHECK: single.lisp:[[# @LINE + 1]]:69: error: option `:max-entries` cannot be `-1`
(defmap negative :type :hash :key-size 4 :value-size 8 :max-entries -1)
; KIND: BadOptionValue
; CHECK: single.lisp:[[# @LINE + 1]]:36: error: option `:key-size` cannot be `0`
(defmap zero :type :hash :key-size 0 :value-size 8 :max-entries 1)
; KIND: BadOptionValue
; CHECK: single.lisp:[[# @LINE + 1]]:68: error: option `:max-entries` cannot be `0`
(defmap entries :type :hash :key-size 4 :value-size 8 :max-entries 0)
; KIND: OptionWithoutValue
; CHECK: single.lisp:[[# @LINE + 1]]:56: error: option `:max-entries` has no value
(defmap unvalued :type :hash :key-size 4 :value-size 8 :max-entries)
; KIND: DuplicateOption
; CHECK: single.lisp:[[# @LINE + 1]]:71: error: option `:key-size` is given twice
(defmap repeated :type :hash :key-size 4 :value-size 8 :max-entries 1 :key-size 8)

;--- uses.lisp
(defstruct pair (a u64) (b u64))
(defmap counts :type :hash :key-type u32 :value-type u64 :max-entries 8)
(defmap pairs :type :hash :key-type pair :value-type pair :max-entries 8)
(defprog p (:type :xdp)
  (let ((pair (make-pair)) (entry (map-lookup counts 1)))
    ; KIND: UnknownMap
    ; CHECK: uses.lisp:[[# @LINE + 1]]:13: error: unknown map `count`; did you mean `counts`?
    (getmap count 1)
    ; KIND: MapOperandNotPointer
    ; CHECK: uses.lisp:[[# @LINE + 1]]:23: error: the key of map `pairs` has 16 bytes: pass a pointer to it
    (map-lookup pairs 1)
    ; CHECK: uses.lisp:[[# @LINE + 1]]:29: error: `(map-lookup counts 2)` may be 0: test it before its memory is used
    (setf (getmap counts 1) (map-lookup counts 2))
    ; CHECK: uses.lisp:[[# @LINE + 1]]:28: error: `(getmap pairs pair)` may be 0: test it before its memory is used
    (map-update pairs pair (getmap pairs pair))
    ; KIND: MapOperandSize
    ; CHECK: uses.lisp:[[# @LINE + 1]]:24: error: the key of map `counts` has 4 bytes, a `(ptr pair)` has 16
    (map-lookup counts pair)
    ; KIND: WrongArgumentCount
    ; CHECK: uses.lisp:[[# @LINE + 1]]:11: error: `getmap` takes 2 arguments, not 3
    (setf (getmap counts 1 2) 3)
    ; KIND: MapValueNotScalar
    ; CHECK: uses.lisp:[[# @LINE + 1]]:11: error: values of map `pairs` are not scalars
    (incf (getmap pairs pair))
    ; KIND: MissingNullTest
    ; CHECK: uses.lisp:[[# @LINE + 1]]:15: error: `entry` may be 0: test it before its memory is used
    (load u64 entry 0)
    ; KIND: MissingNullTest
    ; CHECK: uses.lisp:[[# @LINE + 1]]:15: error: `(map-lookup counts 1)` may be 0: test it before its memory is used
    (load u64 (map-lookup counts 1) 0)
    ; KIND: WrongMapType
    ; CHECK: uses.lisp:[[# @LINE + 1]]:22: error: `counts` is a map of type `:hash`, not `:ringbuf`
    (with-ringbuf (e counts 8) 0)
    ; KIND: MalformedRingbufHeader
    ; CHECK: uses.lisp:[[# @LINE + 1]]:19: error: `(e)` does not name a record; write `(variable map struct-or-size)`
    (with-ringbuf (e) 0)
    0))
(defmap ring :type :ringbuf :max-entries 4096)
(defprog q (:type :xdp)
  ; KIND: EmptyRecord
  ; CHECK: uses.lisp:[[# @LINE + 1]]:25: error: a record has one byte at least
  (with-ringbuf (e ring 0) 0)
  0)
