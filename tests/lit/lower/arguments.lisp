; A function that asks for arguments of what the section names is made anew for
; another section.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --emit=lowered -o - | FileCheck %s

(defsubprog first-argument () (arg 0))
(defsubprog through () (first-argument))
(defsubprog neither ((x u64)) (+ x 1))
; CHECK-LABEL: define internal ptr @first_argument(
; CHECK: whistler.context.pointer.task_struct.nullable
; CHECK-LABEL: define internal i64 @first_argument__2(
; CHECK: whistler.context.load.i64
; CHECK-NOT: define {{.*}}@neither__2
; CHECK-NOT: define {{.*}}@first_argument__3

; CHECK-LABEL: define {{.*}}@ends(
; CHECK: call ptr @through(
(defprog ends (:type :tp-btf :section "tp_btf/sched_process_exit")
  (neither (kernel-path (through) pid)))
; CHECK-LABEL: define {{.*}}@ends_too(
; CHECK: call ptr @through(
(defprog ends-too (:type :tp-btf :section "tp_btf/sched_process_exit")
  (neither (kernel-path (through) pid)))
; CHECK-LABEL: define {{.*}}@switches(
; CHECK: call i64 @through__2(
(defprog switches (:type :tp-btf :section "tp_btf/sched_switch")
  (neither (through)))
