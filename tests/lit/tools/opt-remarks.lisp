; whistler-opt --remarks: each remark in a row with its place, and what the model
; says of the read as it is written and as it became.
; REQUIRES: kernel-btf
; RUN: %whistler-opt %s --passes='whistler-o2<reads=fused>' --remarks -o %t.ll 2>&1 | FileCheck %s --strict-whitespace --match-full-lines
; RUN: sh -c '%whistler-opt %s --passes=no-such-pass --remarks; echo status $?' 2>&1 | FileCheck %s --check-prefix=FAIL
; FAIL-NOT: place
; FAIL: status 1

(import-kernel-struct task-struct utime stime pid)

(defprog both (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let ((task (get-current-task)))
    (+ (task-struct-utime task)
       (task-struct-stime task)
       (task-struct-utime task))))

; CHECK:place{{ +}}ns before  ns after  stack  function  remark (ns: a model, not a measurement)
; CHECK-NEXT:{{.*}}opt-remarks.lisp:15:8       23.5       0.0      0  both      task->utime: equal to the read at line 13 [whistler-follow-reads]
; CHECK-NEXT:{{.*}}opt-remarks.lisp:13:8         47        26         both      2 reads become one of 16 bytes: task_struct.utime task_struct.stime (model: 47 ns to 26 ns) [whistler-fuse-kernel-reads]
; CHECK-NEXT:{{.*}}opt-remarks.lisp:13:8       23.5      26.0     16  both      task->utime: window of 16 bytes with task->stime [whistler-fuse-kernel-reads]
; CHECK-NEXT:{{.*}}opt-remarks.lisp:14:8       23.5       0.0      0  both      task->stime: in the window of line 13 [whistler-fuse-kernel-reads]
