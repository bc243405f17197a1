; What is in a map when it is loaded, and globals.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

(defmap one :type :array :key-type u32 :value-type u64 :max-entries 1)
; KIND: MissingInner
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:1: error: a map of type `:array-of-maps` needs `:inner` or `:values`: what do the maps in it look like?
(defmap nothing :type :array-of-maps :max-entries 2)
(defmap outer :type :array-of-maps :max-entries 2 :inner one)
; KIND: InnerMapType
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:57: error: `outer` cannot be inside another map: it holds maps or programs itself
(defmap deep :type :array-of-maps :max-entries 2 :inner outer)
; KIND: NoInitialValues
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:79: error: a map of type `:hash` takes no `:values`: only maps of maps and program arrays do
(defmap hash :type :hash :key-type u32 :value-type u64 :max-entries 2 :values (one))
; KIND: UnknownMap
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:62: error: unknown map `on`; did you mean `one`{{.*}}?
(defmap unknown :type :array-of-maps :max-entries 2 :values (on))
; KIND: IndexOutOfRange
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:58: error: index 2 is outside of `far`, which has 2 elements
(defmap far :type :array-of-maps :max-entries 2 :values ((2 one)))
; KIND: WrongSize
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:40: error: a map of type `:lpm-trie` has 5 to 260 bytes as `:key-size`, not 4
(defmap trie :type :lpm-trie :key-size 4 :value-size 8 :max-entries 2)
; KIND: WrongSize
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:43: error: a map of type `:devmap` has 4 or 8 bytes as `:value-size`, not 16
(defmap devices :type :devmap :value-size 16 :max-entries 2)
; KIND: BadOptionValue
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:81: error: option `:map-flags` cannot be `bpf_f_no_prealloc`
(defmap lru :type :lru-hash :key-size 4 :value-size 4 :max-entries 2 :map-flags BPF_F_NO_PREALLOC)
; KIND: BadOptionValue
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:62: error: option `:max-entries` cannot be `5`
(defmap store :type :task-storage :value-size 4 :max-entries 5)
; KIND: DuplicateName
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:12: error: `one` is defined already
(defglobal one u64)
; KIND: BadInitializer
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:30: error: `(1 2 3)` is no initial value of a `(array u8 2)`
(defglobal list (array u8 2) (1 2 3))
; KIND: BadInitializer
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:30: error: `"long"` is no initial value of a `(array u8 2)`
(defglobal text (array u8 2) "long")
; KIND: OptionWithoutValue
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:24: error: option `:const` has no value
(defglobal fixed u64 5 :const)
; KIND: UnknownProgram
; CHECK: fail-map-values.lisp:[[# @LINE + 1]]:57: error: unknown program `firstt`; did you mean `first`?
(defmap steps :type :prog-array :max-entries 2 :values (firstt))
(defprog first (:type :xdp)
  ; KIND: MissingNullTest
  ; CHECK: fail-map-values.lisp:[[# @LINE + 2]]:13: error: `m` may be 0: test it before its memory is used
  (let ((m (map-lookup outer 0)))
    (getmap m 0))
  ; CHECK-NOT: error
  0)
