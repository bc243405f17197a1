; Functions that helpers call back.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

(defstruct total (sum u64))
(defmap m :type :array :key-type u32 :value-type total :max-entries 2)
(defsubprog right ((map u64) (key (ptr u32)) (value (ptr total)) (acc u64)) 0)
(defsubprog short ((map u64) (key (ptr u32))) 0)
; KIND: CallbackUsesContext
; CHECK: fail-callbacks.lisp:[[# @LINE + 1]]:13: error: `by-context` uses the program's context, which nobody passes to a callback
(defsubprog by-context ((map u64) (key (ptr u32)) (value (ptr total)) (acc u64))
  (ctx protocol))
(defsubprog known ((map u64) (key (ptr u32)) (value (ptr total)) (acc u64))
  :global t
  0)
(defsubprog other ((map u64) (key (ptr u32)) (value (ptr xdp-md)) (acc u64)) 0)

(defprog p (:type :tc)
  ; KIND: CallbackNotFunction
  ; CHECK: fail-callbacks.lisp:[[# @LINE + 1]]:24: error: `for-each-map-elem` calls a function back: `#'name` of a defsubprog, not `right`
  (for-each-map-elem m right 0 0)
  ; CHECK: fail-callbacks.lisp:[[# @LINE + 1]]:26: error: unknown function `wright`; did you mean `right`?
  (for-each-map-elem m #'wright 0 0)
  ; KIND: CallbackParameters
  ; CHECK: fail-callbacks.lisp:[[# @LINE + 1]]:24: error: `for-each-map-elem` passes 4 arguments to its callback, but `short` takes 2
  (for-each-map-elem m #'short 0 0)
  ; KIND: CallbackIsGlobal
  ; CHECK: fail-callbacks.lisp:[[# @LINE + 1]]:24: error: `known` is global: the kernel calls back only what it verifies with the caller
  (for-each-map-elem m #'known 0 0)
  ; CHECK: fail-callbacks.lisp:[[# @LINE + 1]]:24: error: `other` wants a `(ptr xdp-md)`, this is a `(ptr total)`
  (for-each-map-elem m #'other 0 0)
  (for-each-map-elem m #'by-context 0 0)
  0)
