; Field metadata survives printing and parsing, word for word.
; RUN: %opt -passes=whistler-verify -S %s | FileCheck %s

define i64 @use(ptr %task) {
  %code = call i32 @whistler.kernel.load.task_struct.exit_code(ptr %task)
  %flag = call i64 @whistler.kernel.load.task_struct.sched_migrated(ptr %task)
  %comm = call ptr @whistler.kernel.address.task_struct.comm(ptr %task)
  ret i64 %flag
}

; CHECK: declare !whistler.field [[CODE:![0-9]+]] i32 @whistler.kernel.load.task_struct.exit_code(ptr)
declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.exit_code(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 i64 @whistler.kernel.load.task_struct.sched_migrated(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !5 ptr @whistler.kernel.address.task_struct.comm(ptr) nounwind willreturn nosync nofree speculatable memory(none)

; CHECK-DAG: [[CODE]] = !{!"signed integer", i32 4, !"", [[STEP:![0-9]+]]}
; CHECK-DAG: [[STEP]] = !{!"struct task_struct", i64 9792, !"exit_code", i64 9312}
; CHECK-DAG: !{!"integer bits 1", i32 4, !"", !{{[0-9]+}}}
; CHECK-DAG: !{!"array 1 signed integer", i32 16, !"", !{{[0-9]+}}}
!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"exit_code", i64 9312}
!3 = !{!"integer bits 1", i32 4, !"", !4}
!4 = !{!"struct task_struct", i64 9792, !"sched_migrated", i64 10017}
!5 = !{!"array 1 signed integer", i32 16, !"", !6}
!6 = !{!"struct task_struct", i64 9792, !"comm", i64 14016}
