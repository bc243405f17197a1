; RUN: %opt -passes=whistler-read-in-place -S %s | FileCheck %s

; CHECK-LABEL: @record(
; CHECK: %[[FROM:.*]] = call ptr @whistler.kernel.address.task_struct.flags(ptr %task)
; CHECK: call void @whistler.kernel.copy(ptr %event, i64 4, ptr %[[FROM]])
; CHECK-NOT: store
; CHECK: ret
define void @record(ptr %task) {
  %event = call noalias ptr inttoptr (i64 131 to ptr)(i64 0, i64 8, i64 0) nounwind memory(argmem: readwrite)
  %flags = call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
  store i32 %flags, ptr %event
  ret void
}

; The context is not the helper's to write; a value used twice stays a value;
; kernel memory may have changed before the store.
; CHECK-LABEL: @left_alone(
; CHECK-COUNT-3: store
; CHECK-NOT: whistler.kernel.copy
; CHECK: ret
define i32 @left_alone(ptr %ctx, ptr %task) {
  %event = call noalias ptr inttoptr (i64 131 to ptr)(i64 0, i64 8, i64 0) nounwind memory(argmem: readwrite)
  %flags = call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
  store i32 %flags, ptr %ctx
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  store i32 %pid, ptr %event
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  call void @whistler.barrier()
  store i32 %tgid, ptr %event
  ret i32 %pid
}

declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 i32 @whistler.kernel.load.task_struct.tgid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !5 i32 @whistler.kernel.load.task_struct.exit_code(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !7 i32 @whistler.kernel.load.task_struct.flags(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !1 i32 @whistler.kernel.load_volatile.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: readwrite)
declare i32 @whistler.kernel.load.i32(ptr, i64) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare void @whistler.barrier() nounwind willreturn nosync nofree memory(inaccessiblemem: readwrite)

!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"signed integer", i32 4, !"", !4}
!4 = !{!"struct task_struct", i64 9792, !"tgid", i64 10144}
!5 = !{!"signed integer", i32 4, !"", !6}
!6 = !{!"struct task_struct", i64 9792, !"exit_code", i64 9312}
!7 = !{!"integer", i32 4, !"", !8}
!8 = !{!"struct task_struct", i64 9792, !"flags", i64 352}
