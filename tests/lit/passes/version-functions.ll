; A version for each kind of kernel, and one function again in the end.
; RUN: %opt -passes=whistler-version-functions -pass-remarks=whistler -S %s 2>%t.remarks | FileCheck %s
; RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks
; RUN: %opt -passes='whistler-version-functions,whistler-join-versions' -verify-each -S %s | FileCheck %s --check-prefix=JOINED
; RUN: %opt -mtriple=bpfel -passes='whistler-o2,default<O2>' -verify-each -S %s | FileCheck %s --check-prefix=WHOLE
; RUN: %opt -passes='whistler-o2<target=6.1>' -S %s | FileCheck %s --check-prefix=TARGET

; Only the current task: what counts is its helper.
; CHECK-LABEL: define i32 @own(ptr %ctx) section "kprobe/x" {
; CHECK: entry:
; CHECK: %[[FACT:.*]] = call i64 @whistler.core.enumerator_exists.bpf_func_id.BPF_FUNC_get_current_task_btf()
; CHECK: %[[HAS:.*]] = icmp ne i64 %[[FACT]], 0
; CHECK: br i1 %[[HAS]], label %task, label %helper
; CHECK: task:
; CHECK: %[[A:.*]] = call i32 @own.task(ptr %ctx)
; CHECK: ret i32 %[[A]]
; CHECK: helper:
; CHECK: call i32 @own.helper(ptr %ctx)
; JOINED-LABEL: define i32 @own(
; JOINED-NOT: @own.task
; JOINED: ret i32
; WHOLE-LABEL: define {{.*}}i32 @own(
; WHOLE: inttoptr (i64 158 to ptr)
; WHOLE: inttoptr (i64 35 to ptr)
; WHOLE-NOT: .helper
; TARGET-LABEL: @own(
; TARGET: inttoptr (i64 158 to ptr)
; TARGET-NOT: (i64 35 to ptr)
define i32 @own(ptr %ctx) section "kprobe/x" {
  %t = call i64 inttoptr (i64 35 to ptr)()
  %task = inttoptr i64 %t to ptr
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  ret i32 %pid
}

; Outside of tracing programs the helper came later than its number.
; CHECK-LABEL: define i32 @both(ptr %ctx) section "tc" {
; CHECK: enumerator_exists.special_kfunc_type.KF_bpf_rdonly_cast()
; CHECK: label %direct, label %task
; CHECK: @both.direct(
; CHECK: enumerator_exists.bpf_func_id.BPF_FUNC_task_pt_regs()
; CHECK: @both.task(
; CHECK: @both.helper(
define i32 @both(ptr %ctx) section "tc" {
  %t = call i64 inttoptr (i64 35 to ptr)()
  %task = inttoptr i64 %t to ptr
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %other = call i32 @whistler.kernel.load.task_struct.pid(ptr %ctx)
  %sum = add i32 %pid, %other
  ret i32 %sum
}

; Nothing to choose: trusted on every kernel, or no read at all.
; CHECK-LABEL: define i32 @trusted(
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(
define i32 @trusted(ptr %ctx) section "tp_btf/sched_switch" {
  %task = call ptr @whistler.context.pointer.task_struct(ptr %ctx, i64 8)
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  ret i32 %pid
}

; A test of a pointer that may be null is what casts spare.
; CHECK-LABEL: define i32 @tested(
; CHECK: @tested.direct(
; CHECK: @tested.task(
; CHECK: @tested.helper(
define i32 @tested(ptr %ctx) section "kprobe/x" {
  %t = call i64 inttoptr (i64 35 to ptr)()
  %task = inttoptr i64 %t to ptr
  %cred = call ptr @whistler.kernel.load.task_struct.cred(ptr %task)
  %uid = call i32 @whistler.kernel.load.cred.uid(ptr %cred)
  ret i32 %uid
}

; CHECK: define internal i32 @own.task(ptr %ctx) #[[TASK:[0-9]+]] {
; CHECK: define internal i32 @own.helper(ptr %ctx)
; CHECK: attributes #[[TASK]] = { noinline "whistler-tracing" "whistler-version"="task" }
; REMARK: 2 versions, for kernels that can and can't do without helper reads: 1 of 1 reads are direct loads in the best
; REMARK: 3 versions, for kernels that can and can't do without helper reads: 2 of 2 reads are direct loads in the best

declare ptr @whistler.context.pointer.task_struct(ptr, i64)
declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 ptr @whistler.kernel.load.task_struct.cred(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !5 i32 @whistler.kernel.load.cred.uid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
!1 = !{!"signed integer direct", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"pointer direct typed", i32 8, !"cred", !4}
!4 = !{!"struct task_struct", i64 9792, !"cred", i64 13888}
!5 = !{!"integer direct", i32 4, !"", !6}
!6 = !{!"struct cred", i64 184, !"uid", i64 64}
