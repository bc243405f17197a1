; The frames of functions that call each other share one stack: what one call
; leaves no room for is read without a window.
; RUN: %whistler compile %s --kernel-reads=fused -o %t.o
; RUN: %whistler disasm %t.o | FileCheck %s
; RUN: %whistler compile %s -o %t.o
; RUN: %whistler disasm %t.o | FileCheck %s
; REQUIRES: kernel-btf
(import-kernel-struct task-struct utime stime nvcsw nivcsw start-time min-flt
  maj-flt)
(defmap out :type :array :key-type u32 :value-type u64 :max-entries 2)
; CHECK-DAG: p (tc): {{[0-9]+}} instructions, {{2[0-4][0-9]}} bytes of stack
; CHECK-DAG: sum (subprogram): {{[0-9]+}} instructions, {{2[0-4][0-9]}} bytes of stack
(defsubprog sum ((p (ptr task-struct)) (x u64))
  (let ((buffer (struct-alloc 168)))
    (store u64 buffer 0 x)
    (get-current-comm buffer 160)
    (+ (load u64 buffer) (task-struct-utime p) (task-struct-stime p)
       (task-struct-nvcsw p) (task-struct-nivcsw p) (task-struct-start-time p)
       (task-struct-min-flt p) (task-struct-maj-flt p))))
(defprog p (:type :tc)
  (let ((task (get-current-task)) (buffer (struct-alloc 168)))
    (get-current-comm buffer 160)
    (setf (getmap out 0)
          (+ (sum task (load u64 buffer)) (task-struct-utime task)
             (task-struct-stime task) (task-struct-nvcsw task)
             (task-struct-nivcsw task) (task-struct-start-time task)
             (task-struct-min-flt task) (task-struct-maj-flt task)))
    0))
