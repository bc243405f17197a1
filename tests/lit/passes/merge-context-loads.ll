; RUN: %opt -passes=whistler-merge-context-loads -S %s | FileCheck %s

; The first load dominates the second.
; CHECK-LABEL: @dominated(
; CHECK: %first = call i32 @whistler.context.load.event.pid(ptr %ctx)
; CHECK-NOT: call i32 @whistler.context.load
; CHECK: ret i32 %first
define i32 @dominated(ptr %ctx, i1 %which) {
entry:
  %first = call i32 @whistler.context.load.event.pid(ptr %ctx)
  br i1 %which, label %again, label %done
again:
  %second = call i32 @whistler.context.load.event.pid(ptr %ctx)
  br label %done
done:
  %result = phi i32 [ %first, %entry ], [ %second, %again ]
  ret i32 %first
}

; Neither does: one load goes to the end of the block above.
; CHECK-LABEL: @siblings(
; CHECK: entry:
; CHECK-NEXT: %left.pid = call i32 @whistler.context.load.event.pid(ptr %ctx)
; CHECK-NEXT: br i1
; CHECK-NOT: call i32 @whistler.context.load
; CHECK: ret i32
define i32 @siblings(ptr %ctx, i1 %which) {
entry:
  br i1 %which, label %left, label %right
left:
  %left.pid = call i32 @whistler.context.load.event.pid(ptr %ctx)
  ret i32 %left.pid
right:
  %right.pid = call i32 @whistler.context.load.event.pid(ptr %ctx)
  ret i32 %right.pid
}

; Another field, another base: nothing changes.
; CHECK-LABEL: @others(
; CHECK: call i32 @whistler.context.load.event.pid(ptr %ctx)
; CHECK: call i32 @whistler.context.load.event.tgid(ptr %ctx)
define i32 @others(ptr %ctx) {
  %pid = call i32 @whistler.context.load.event.pid(ptr %ctx)
  %tgid = call i32 @whistler.context.load.event.tgid(ptr %ctx)
  %sum = add i32 %pid, %tgid
  ret i32 %sum
}

declare !whistler.field !1 i32 @whistler.context.load.event.pid(ptr) nounwind willreturn nosync nofree memory(argmem: read)
declare !whistler.field !3 i32 @whistler.context.load.event.tgid(ptr) nounwind willreturn nosync nofree memory(argmem: read)
!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct event", i64 16, !"pid", i64 0}
!3 = !{!"signed integer", i32 4, !"", !4}
!4 = !{!"struct event", i64 16, !"tgid", i64 32}
