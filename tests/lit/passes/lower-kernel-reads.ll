; RUN: %opt -passes=whistler-lower-kernel-reads -S %s | FileCheck %s

; CHECK-LABEL: @scalar(
; CHECK: %[[SLOT:.*]] = alloca [8 x i8], align 8
; CHECK: call void @llvm.lifetime.start.p0(i64 8, ptr %[[SLOT]])
; CHECK: %[[SOURCE:.*]] = ptrtoint ptr %{{.*}} to i64
; CHECK: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %[[SLOT]], i64 4, i64 %[[SOURCE]])
; CHECK: %pid = load i32, ptr %[[SLOT]], align 8
; CHECK: call void @llvm.lifetime.end.p0(i64 8, ptr %[[SLOT]])
define i32 @scalar(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  ret i32 %pid
}

; CHECK-LABEL: @barrier(
; CHECK-NOT: whistler.barrier
; CHECK: ret
define void @barrier() {
  call void @whistler.barrier()
  ret void
}

; The storage is read by the size it has on the running kernel.
; CHECK-LABEL: @bitfield(
; CHECK: store i64 0
; CHECK: %[[SIZE:.*]] = call i64 @whistler.core.field_byte_size.task_struct.bits()
; CHECK: 113 to ptr)(ptr nocapture %{{.*}}, i64 %[[SIZE]],
; CHECK: call i64 @whistler.core.field_lshift_u64.task_struct.bits()
; CHECK: ashr
define i64 @bitfield(ptr %task) {
  %bits = call i64 @whistler.kernel.load.task_struct.bits(ptr %task)
  ret i64 %bits
}

; Three reads share one slot.
; CHECK-LABEL: @shared(
; CHECK: alloca
; CHECK-NOT: alloca
; CHECK: ret
define i32 @shared(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %flags = call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
  %a = add i32 %pid, %tgid
  %b = add i32 %a, %flags
  ret i32 %b
}

declare !whistler.field !9 i64 @whistler.kernel.load.task_struct.bits(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
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
!9 = !{!"signed integer bits 3", i32 4, !"", !10}
!10 = !{!"struct task_struct", i64 9792, !"bits", i64 10018}
