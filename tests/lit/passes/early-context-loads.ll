; RUN: %opt -passes=whistler-early-context-loads -S %s | FileCheck %s

; All that the context is for: loaded while it is in its register.
; CHECK-LABEL: @late(
; CHECK-NEXT: %value = call i64 @whistler.context.load.i64(ptr %ctx, i64 112)
; CHECK-NEXT: call i64 inttoptr (i64 5 to ptr)()
define i64 @late(ptr %ctx) {
  %time = call i64 inttoptr (i64 5 to ptr)() memory(none)
  %none = icmp eq i64 %time, 0
  br i1 %none, label %out, label %use
use:
  %value = call i64 @whistler.context.load.i64(ptr %ctx, i64 112)
  ret i64 %value
out:
  ret i64 0
}

; The context is needed otherwise.
; CHECK-LABEL: @passed(
; CHECK-NEXT: call i64 inttoptr (i64 5 to ptr)()
define i64 @passed(ptr %ctx) {
  %time = call i64 inttoptr (i64 5 to ptr)() memory(none)
  %value = call i64 @whistler.context.load.i64(ptr %ctx, i64 112)
  call void inttoptr (i64 25 to ptr)(ptr %ctx)
  ret i64 %value
}

; A call may write the context.
; CHECK-LABEL: @written(
; CHECK-NEXT: call void inttoptr (i64 44 to ptr)()
define i64 @written(ptr %ctx) {
  call void inttoptr (i64 44 to ptr)()
  %value = call i64 @whistler.context.load.i64(ptr %ctx, i64 112)
  ret i64 %value
}

; More values than registers.
; CHECK-LABEL: @many(
; CHECK-NEXT: call i64 inttoptr (i64 5 to ptr)()
define i64 @many(ptr %ctx) {
  %time = call i64 inttoptr (i64 5 to ptr)() memory(none)
  %a = call i64 @whistler.context.load.i64(ptr %ctx, i64 8)
  %b = call i64 @whistler.context.load.i64(ptr %ctx, i64 16)
  %c = call i64 @whistler.context.load.i64(ptr %ctx, i64 24)
  %ab = add i64 %a, %b
  %abc = add i64 %ab, %c
  ret i64 %abc
}

; A kernel whose context ends before this word never sees the load.
; CHECK-LABEL: @chosen(
; CHECK-NEXT: %version = call i64 @whistler.core.kernel_version()
; CHECK: use:
; CHECK-NEXT: %value = call i64 @whistler.context.load.i64(ptr %ctx, i64 16)
define i64 @chosen(ptr %ctx) {
  %version = call i64 @whistler.core.kernel_version()
  %time = call i64 inttoptr (i64 5 to ptr)() memory(none)
  %old = icmp ult i64 %version, 332032
  br i1 %old, label %out, label %use
use:
  %value = call i64 @whistler.context.load.i64(ptr %ctx, i64 16)
  ret i64 %value
out:
  ret i64 0
}

declare i64 @whistler.core.kernel_version() nounwind willreturn nosync nofree memory(none)
declare i64 @whistler.context.load.i64(ptr, i64) nounwind willreturn nosync nofree memory(argmem: read)
