; Program types: their sections, contexts and helpers.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

; KIND: UnknownSection
; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:39: warning: section "xpd" is none that libbpf has for programs of type `:xdp`: "xdp", "xdp.frags"
(defprog section (:type :xdp :section "xpd") XDP_PASS)
; KIND: CannotSleep
; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:1: error: programs of type `:tc` cannot be sleepable
(defprog sleeper (:type :tc :sleepable t) 0)
(defmap ring :type :ringbuf :max-entries 4096)
(defmap table :type :hash :key-type u32 :value-type u64 :max-entries 4)
(defmap queue :type :queue :value-type u64 :max-entries 4)
(defmap stacks :type :stack-trace :value-size 64 :max-entries 4)
(defstruct pair (a u32) (b u32))
(defprog packets (:type :xdp)
  ; KIND: UnknownContextField
  ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:8: error: no context field `dat` in a program of type `:xdp`; did you mean `data`?
  (ctx dat)
  ; KIND: ContextFieldNotWritable
  ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:9: error: a program of type `:xdp` may not set the context field `rx-queue-index`
  (setf (ctx rx-queue-index) 1)
  ; KIND: HelperNotPermitted
  ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:3: error: a program of type `:xdp` may not call `skb-store-bytes`; these may: `:tc`, `:lwt-xmit`, `:sk-skb`
  (skb-store-bytes (ctx-ptr) 0 (make-pair) 8 0)
  0)
(defprog filter (:type :socket-filter)
  ; KIND: ContextFieldNotReadable
  ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:3: error: a program of type `:socket-filter` may not read the context field `data`
  (ctx data)
  0)
(defprog sockets (:type :tc)
  (let ((sk (ctx sk)) (text (struct-alloc 16)))
    ; KIND: MissingNullTest
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:22: error: `sk` may be 0: test it before its memory is used
    (bpf-sock-family sk)
    ; KIND: MissingNullTest
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:22: error: `(ctx sk)` may be 0: test it before its memory is used
    (bpf-sock-family (ctx sk))
    ; KIND: HelperMapType
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:21: error: `ringbuf-output` works on maps of type `:ringbuf`; `table` is a map of type `:hash`
    (ringbuf-output table text 16 0)
    ; KIND: HelperMapType
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:17: error: `map-lookup-elem` works on maps of type {{.*}}; `queue` is a map of type `:queue`
    (map-lookup queue 1)
    ; KIND: HelperMapType
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:16: error: `tail-call` works on maps of type `:prog-array`; `table` is a map of type `:hash`
    (tail-call table 1)
    ; KIND: MemoryTooSmall
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:35: error: `get-current-comm` is told of 16 bytes, but a `pair` has 8
    (get-current-comm (make-pair) 16)
    ; KIND: ArgumentNotScalar
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:15: error: `redirect` wants a number here; `table` is a `map`
    (redirect table 0)
    ; KIND: FormatArguments
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:19: error: the format has 2 directives for 1 argument
    (trace-printk "%d %% %d" 1)
    ; KIND: FormatNotString
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:23: error: the format must be a string, not `text`
    (snprintf text 16 text 1 2 3)
    ; KIND: IndexOutOfRange
    ; CHECK: fail-contexts.lisp:[[# @LINE + 1]]:13: error: index 5 is outside of `cb`, which has 5 elements
    (ctx cb 5)
    ; CHECK-NOT: error
    0))
