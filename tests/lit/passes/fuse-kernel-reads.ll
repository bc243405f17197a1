; RUN: %opt -passes=whistler-fuse-kernel-reads -S %s | FileCheck %s
; RUN: %opt -passes='whistler-fuse-kernel-reads<baked>' -S %s | FileCheck %s --check-prefix=BAKED
; RUN: %opt -passes=whistler-fuse-kernel-reads -disable-output -pass-remarks=whistler -pass-remarks-missed=whistler %s 2>&1 | FileCheck %s --check-prefix=REMARK

; Equal members one behind the other: the guard is on their distance.
; CHECK-LABEL: @run(
; CHECK: %[[PID:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___guard.pid()
; CHECK: %[[TGID:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___guard.tgid()
; CHECK: %[[DISTANCE:.*]] = sub i64 %[[TGID]], %[[PID]]
; CHECK: icmp eq i64 %[[DISTANCE]], 4
; CHECK: fused:
; CHECK: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %[[BUFFER:.*]], i64 8,
; CHECK: load i32, ptr %[[BUFFER]]
; CHECK: single:
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK: call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
; CHECK: fused.end:
; CHECK: phi i32
; BAKED-LABEL: @run(
; BAKED-NOT: br
; BAKED: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %{{.*}}, i64 8,
; BAKED-NOT: whistler
; BAKED: ret
; REMARK: 2 reads become one of 8 bytes: task_struct.pid task_struct.tgid
define i32 @run(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %sum = add i32 %pid, %tgid
  ret i32 %sum
}

; Members with a gap: a window with slack, read back at relocated offsets.
; CHECK-LABEL: @window(
; CHECK: %window.start = and i64 %[[LOWEST:.*]], -8
; CHECK: %window.last = add i64 %window.start, 124
; CHECK: icmp uge i64 %[[OFFSET:.*]], %window.start
; CHECK: icmp ule i64 %[[OFFSET]], %window.last
; CHECK: fused:
; CHECK: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %{{.*}}, i64 128,
; CHECK: call i64 asm sideeffect "", "=r,0"(i64 0)
; CHECK: call ptr @whistler.kernel.address.task_struct___window.exit_code(ptr %view)
; BAKED-LABEL: @window(
; BAKED: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %{{.*}}, i64 104,
define i32 @window(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %code = call i32 @whistler.kernel.load.task_struct.exit_code(ptr %task)
  %sum = add i32 %pid, %code
  ret i32 %sum
}

; Too far apart.
; CHECK-LABEL: @far(
; CHECK-NOT: 113
; CHECK: ret
; REMARK: read by whistler.kernel.load.task_struct.flags stays alone: no other read of its base is near
define i32 @far(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %flags = call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
  %sum = add i32 %pid, %flags
  ret i32 %sum
}

; Kernel memory may change in between; volatile reads stay; other bases too.
; CHECK-LABEL: @apart(
; CHECK-NOT: 113
; CHECK: ret
; REMARK: read by whistler.kernel.load_volatile.task_struct.pid stays alone: it is volatile
define i32 @apart(ptr %task, ptr %other) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  call void @whistler.barrier()
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %again = call i32 @whistler.kernel.load_volatile.task_struct.pid(ptr %task)
  %code = call i32 @whistler.kernel.load.task_struct.exit_code(ptr %other)
  %a = add i32 %pid, %tgid
  %b = add i32 %a, %again
  %c = add i32 %b, %code
  ret i32 %c
}

; The first read dominates the one in the arm.
; CHECK-LABEL: @dominated(
; CHECK: fused:
; CHECK: arm:
; CHECK-NOT: @whistler
; CHECK: ret
define i32 @dominated(ptr %task, i1 %which) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  br i1 %which, label %arm, label %end
arm:
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  br label %end
end:
  %value = phi i32 [ %pid, %0 ], [ %tgid, %arm ]
  ret i32 %value
}

; Neither arm dominates the other.
; CHECK-LABEL: @two_arms(
; CHECK-NOT: 113
; CHECK: ret
define i32 @two_arms(ptr %task, i1 %which) {
  br i1 %which, label %left, label %right
left:
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  br label %end
right:
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  br label %end
end:
  %value = phi i32 [ %pid, %left ], [ %tgid, %right ]
  ret i32 %value
}

; By number only when contiguous.
; CHECK-LABEL: @numbers(
; CHECK: 113 to ptr)(ptr nocapture %{{.*}}, i64 8,
; CHECK: call i32 @whistler.kernel.load.i32(ptr %p, i64 16)
define i32 @numbers(ptr %p) {
  %a = call i32 @whistler.kernel.load.i32(ptr %p, i64 4)
  %b = call i32 @whistler.kernel.load.i32(ptr %p, i64 8)
  %c = call i32 @whistler.kernel.load.i32(ptr %p, i64 16)
  %ab = add i32 %a, %b
  %abc = add i32 %ab, %c
  ret i32 %abc
}

; A stack that has no room.
; CHECK-LABEL: @full(
; CHECK-NOT: fused:
; CHECK: ret
; REMARK: stays alone: the stack has no room for its window
define i32 @full(ptr %task) {
  %stack = alloca [408 x i8], align 8
  call i64 inttoptr (i64 16 to ptr)(ptr %stack, i64 408)
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %sum = add i32 %pid, %tgid
  ret i32 %sum
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
