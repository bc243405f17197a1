; RUN: %opt -passes=whistler-fuse-kernel-reads -S %s | FileCheck %s
; RUN: %opt -passes='whistler-fuse-kernel-reads<baked>' -S %s | FileCheck %s --check-prefix=BAKED
; RUN: %opt -passes=whistler-fuse-kernel-reads -disable-output -pass-remarks=whistler -pass-remarks-missed=whistler %s 2>&1 | FileCheck %s --check-prefix=REMARK

; Equal members one behind the other: the guard is on their distance.
; CHECK-LABEL: @run(
; CHECK: %[[PID:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___guard.pid()
; CHECK: %[[TGID:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___guard.tgid()
; CHECK: %[[DISTANCE:.*]] = sub i64 %[[TGID]], %[[PID]]
; CHECK: icmp eq i64 %[[DISTANCE]], 4
; CHECK: body:
; CHECK: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %[[BUFFER:.*]], i64 8,
; CHECK: load i32, ptr %[[BUFFER]]
; CHECK: body.other:
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK: call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
; CHECK-NOT: phi
; BAKED-LABEL: @run(
; BAKED-NOT: br
; BAKED: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %{{.*}}, i64 8,
; BAKED-NOT: whistler
; BAKED: ret
; REMARK: 2 reads become one of 8 bytes: task_struct.pid task_struct.tgid (model: 47 ns to 26 ns)
define i32 @run(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %sum = add i32 %pid, %tgid
  ret i32 %sum
}

; Members with a gap: a buffer with slack, read from the first to the end of the
; last field wherever they are, read back at relocated offsets.
; The guard's distance is the read's, and the last of two fields is found by it.
; CHECK-LABEL: @window(
; CHECK: %[[LOW:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___guard.exit_code()
; CHECK: %[[HIGH:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___guard.pid()
; CHECK: %distance = sub i64 %[[HIGH]], %[[LOW]]
; CHECK: %[[GUARD:.*]] = icmp ule i64 %distance, 224
; CHECK: br i1 %[[GUARD]], label %body, label %body.other
; CHECK: call i64 @whistler.core.field_byte_offset.task_struct___window.exit_code()
; CHECK: %window.bytes = add i64 %distance, 4
; CHECK: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %read.buffer, i64 %window.bytes,
; CHECK: getelementptr i8, ptr %read.buffer, i64 %distance
; CHECK: load i32, ptr %read.buffer
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
; REMARK: read by whistler.kernel.load.task_struct.flags stays alone: by the cost model no read is worth sharing
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
; CHECK: body:
; CHECK: arm:
; CHECK-NOT: @whistler
; CHECK: load i32, ptr
; CHECK-NEXT: call void @llvm.lifetime.end
; CHECK: end:
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

; Both arms read it: once, before the branch. What one arm reads stays there.
; CHECK-LABEL: @both_arms(
; CHECK-NEXT: %[[PID:.*]] = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK-NEXT: br
; CHECK-NOT: pid
; CHECK: left:
; CHECK: call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
; CHECK: right:
; CHECK-NOT: @whistler
; CHECK: phi i32 [ %{{.*}}, %left ], [ %[[PID]], %right ]
; REMARK: 2 reads become one before the branches or loops around: task_struct.pid (model: 24 ns to 23 ns)
define i32 @both_arms(ptr %task, i1 %which) {
  br i1 %which, label %left, label %right
left:
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %flags = call i32 @whistler.kernel.load.task_struct.flags(ptr %task)
  %sum = add i32 %pid, %flags
  br label %end
right:
  %again = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  br label %end
end:
  %value = phi i32 [ %sum, %left ], [ %again, %right ]
  ret i32 %value
}

; In one arm and behind it: every way has one before the branch instead.
; CHECK-LABEL: @behind_arm(
; CHECK-NEXT: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK-NOT: @whistler
; CHECK: ret
define i32 @behind_arm(ptr %task, i1 %which) {
  br i1 %which, label %arm, label %end
arm:
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  br label %end
end:
  %first = phi i32 [ 0, %0 ], [ %pid, %arm ]
  %again = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %sum = add i32 %first, %again
  ret i32 %sum
}

; Not over what may change kernel memory in an arm.
; CHECK-LABEL: @signal_between(
; CHECK-NEXT: br
; CHECK-COUNT-2: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK: ret
define i32 @signal_between(ptr %task, i1 %which) {
  br i1 %which, label %arm, label %end
arm:
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  call i64 inttoptr (i64 109 to ptr)(i64 9) nounwind memory(argmem: readwrite, inaccessiblemem: readwrite)
  br label %end
end:
  %first = phi i32 [ 0, %0 ], [ %pid, %arm ]
  %again = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %sum = add i32 %first, %again
  ret i32 %sum
}

; Out of a loop that is entered for at least one round, over a map update.
; CHECK-LABEL: @loop(
; CHECK-NEXT: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK: round:
; CHECK-NOT: whistler
; CHECK: ret
define i32 @loop(ptr %task, ptr %map, ptr %key) {
  br label %round
round:
  %i = phi i32 [ 0, %0 ], [ %next, %round ]
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  call i64 inttoptr (i64 2 to ptr)(ptr %map, ptr %key, ptr %key, i64 0) nounwind memory(argmem: readwrite)
  %next = add i32 %i, %pid
  %more = icmp ult i32 %next, 100
  br i1 %more, label %round, label %end
end:
  ret i32 %next
}

; Not out of a loop that may have no round, nor over an unknown call, nor from
; behind a barrier in the loop.
; CHECK-LABEL: @loop_of_none(
; CHECK: round:
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
define i32 @loop_of_none(ptr %task, i32 %rounds) {
  br label %test
test:
  %i = phi i32 [ 0, %0 ], [ %next, %round ]
  %more = icmp ult i32 %i, %rounds
  br i1 %more, label %round, label %end
round:
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %next = add i32 %i, %pid
  br label %test
end:
  ret i32 %i
}
; CHECK-LABEL: @loop_of_calls(
; CHECK: round:
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
define i32 @loop_of_calls(ptr %task, ptr %kfunc) {
  br label %round
round:
  %i = phi i32 [ 0, %0 ], [ %next, %round ]
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  call void %kfunc()
  %next = add i32 %i, %pid
  %more = icmp ult i32 %next, 100
  br i1 %more, label %round, label %end
end:
  ret i32 %next
}
; CHECK-LABEL: @loop_of_barriers(
; CHECK: round:
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
define i32 @loop_of_barriers(ptr %task) {
  br label %round
round:
  %i = phi i32 [ 0, %0 ], [ %next, %round ]
  call void @whistler.barrier()
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %next = add i32 %i, %pid
  %more = icmp ult i32 %next, 100
  br i1 %more, label %round, label %end
end:
  ret i32 %next
}

; An 8-byte field above narrower ones: the window begins before it, so that it
; is read back aligned, and ends with it.
; CHECK-LABEL: @anchored(
; CHECK: sub i64 %{{.*}}, %{{.*}}
; CHECK: icmp ule i64 %{{.*}}, 32
; CHECK: body:
; CHECK: %[[PARENT:.*]] = call i64 @whistler.core.field_byte_offset.task_struct___window.real_parent()
; CHECK: %[[AT:.*]] = getelementptr i8, ptr %task, i64 %[[PARENT]]
; CHECK: getelementptr i8, ptr %[[AT]], i64 -32
; CHECK: call i64 inttoptr (i64 113 to ptr)(ptr nocapture %read.buffer, i64 40,
define i64 @anchored(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %parent = call ptr @whistler.kernel.load.task_struct.real_parent(ptr %task)
  %wide = zext i32 %pid to i64
  %number = ptrtoint ptr %parent to i64
  %sum = add i64 %wide, %number
  ret i64 %sum
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
; CHECK-NOT: body:
; CHECK: ret
; REMARK: stays alone: the stack has no room for its window
define i32 @full(ptr %task) {
  %stack = alloca [416 x i8], align 8
  call i64 inttoptr (i64 16 to ptr)(ptr %stack, i64 416)
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %sum = add i32 %pid, %tgid
  ret i32 %sum
}

declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 i32 @whistler.kernel.load.task_struct.tgid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !5 i32 @whistler.kernel.load.task_struct.exit_code(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !7 i32 @whistler.kernel.load.task_struct.flags(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !9 ptr @whistler.kernel.load.task_struct.real_parent(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
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
!9 = !{!"pointer", i32 8, !"task_struct", !10}
!10 = !{!"struct task_struct", i64 9792, !"real_parent", i64 10240}
