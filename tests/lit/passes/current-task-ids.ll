; RUN: %opt -passes=whistler-current-task-ids -S %s | FileCheck %s
; RUN: %opt -passes='whistler-fuse-kernel-reads,whistler-current-task-ids' -S %s | FileCheck %s --check-prefix=FUSED

; CHECK-LABEL: @ids(
; CHECK: %[[A:.*]] = call i64 inttoptr (i64 14 to ptr)() #[[PURE:[0-9]+]]
; CHECK: %pid = trunc i64 %[[A]] to i32
; CHECK: %[[B:.*]] = call i64 inttoptr (i64 14 to ptr)() #[[PURE]]
; CHECK: %[[HIGH:.*]] = lshr i64 %[[B]], 32
; CHECK: %tgid = trunc i64 %[[HIGH]] to i32
; FUSED-LABEL: @ids(
; FUSED-NOT: i64 113
; FUSED: ret i32
define i32 @ids() section "kprobe/x" {
  %t = call i64 inttoptr (i64 35 to ptr)()
  %task = inttoptr i64 %t to ptr
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %sum = add i32 %pid, %tgid
  ret i32 %sum
}

; Programs of other types may not call it everywhere.
; CHECK-LABEL: @packet(
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(
define i32 @packet() section "xdp" {
  %t = call i64 inttoptr (i64 35 to ptr)()
  %task = inttoptr i64 %t to ptr
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  ret i32 %pid
}

; Another task.
; CHECK-LABEL: @other(
; CHECK: call i32 @whistler.kernel.load.task_struct.pid(
define i32 @other(ptr %task) section "kprobe/x" {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  ret i32 %pid
}

; CHECK: attributes #[[PURE]] = { nounwind willreturn memory(none) }

declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 i32 @whistler.kernel.load.task_struct.tgid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
!1 = !{!"signed integer direct", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"signed integer direct", i32 4, !"", !4}
!4 = !{!"struct task_struct", i64 9792, !"tgid", i64 10144}
