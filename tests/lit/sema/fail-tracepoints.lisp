; Tracepoints, and structs of the kernel.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

; KIND: UnknownTracepoint
; CHECK: fail-tracepoints.lisp:[[# @LINE + 1]]:16: error: unknown tracepoint `sched/sched-process-exce`: neither BTF nor the tracing file system describes it
(deftracepoint sched/sched-process-exce pid)
; KIND: UnknownField
; CHECK: fail-tracepoints.lisp:[[# @LINE + 1]]:41: error: `trace-event-raw-sched-process-exec` has no field `filenam`; did you mean `filename`?
(deftracepoint sched/sched-process-exec filenam)
(deftracepoint sched/sched-switch)
(defprog p (:type :tracepoint)
  ; KIND: WrongArgumentCount
  ; CHECK: fail-tracepoints.lisp:[[# @LINE + 1]]:3: error: `tp-prev-pid` takes 0 arguments, not 1
  (tp-prev-pid 1)
  ; CHECK-NOT: error
  (tp-pid)
  (tp-filenam)
  (tp-prev-comm 1)
  0)
