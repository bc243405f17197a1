; What LLVM's own passes make of the operations: equal reads merge across
; stores and helpers that write program memory only; not across the barrier,
; never when volatile, and another field is never read instead.
; RUN: %opt -passes='function(early-cse<memssa>,gvn,simplifycfg)' -S %s | FileCheck %s

; CHECK-LABEL: @across_store(
; CHECK: call i32 @whistler.kernel.load.task_struct.pid
; CHECK-NOT: call i32 @whistler.kernel.load.task_struct.pid
; CHECK: ret
define i32 @across_store(ptr %task, ptr %event) {
  %a = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  store i32 %a, ptr %event
  %status = call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  %b = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %sum = add i32 %a, %b
  ret i32 %sum
}

; CHECK-LABEL: @across_barrier(
; CHECK: %a = call i32 @whistler.kernel.load.task_struct.pid
; CHECK: call void @whistler.barrier
; CHECK: %b = call i32 @whistler.kernel.load.task_struct.pid
define i32 @across_barrier(ptr %task) {
  %a = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  call void @whistler.barrier()
  %b = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %sum = add i32 %a, %b
  ret i32 %sum
}

; CHECK-LABEL: @volatile(
; CHECK: %a = call i32 @whistler.kernel.load_volatile.task_struct.pid
; CHECK: %b = call i32 @whistler.kernel.load_volatile.task_struct.pid
define i32 @volatile(ptr %task) {
  %a = call i32 @whistler.kernel.load_volatile.task_struct.pid(ptr %task)
  %b = call i32 @whistler.kernel.load_volatile.task_struct.pid(ptr %task)
  ret i32 %b
}

; CHECK-LABEL: @two_arms(
; CHECK-DAG: call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
; CHECK-DAG: call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
define i32 @two_arms(ptr %task, i1 %which) {
entry:
  br i1 %which, label %left, label %right
left:
  %a = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  br label %end
right:
  %b = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  br label %end
end:
  %value = phi i32 [ %a, %left ], [ %b, %right ]
  ret i32 %value
}

declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 i32 @whistler.kernel.load.task_struct.tgid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !1 i32 @whistler.kernel.load_volatile.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: readwrite)
declare void @whistler.barrier() nounwind willreturn nosync nofree memory(inaccessiblemem: readwrite)

!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"signed integer", i32 4, !"", !4}
!4 = !{!"struct task_struct", i64 9792, !"tgid", i64 10144}
