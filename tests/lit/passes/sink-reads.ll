; RUN: %opt -passes=whistler-sink-reads -S %s | FileCheck %s
; RUN: %opt -passes='whistler-sink-reads<least=3>' -S %s | FileCheck %s --check-prefix=FEW

; Each read stands before its first use; few reads stay where they are.
; CHECK-LABEL: @sum(
; CHECK-NEXT: call i64 inttoptr (i64 5 to ptr)()
; CHECK-NEXT: %a = call i64 @whistler.kernel.load.i64(ptr %p, i64 0)
; CHECK-NEXT: %b = call i64 @whistler.kernel.load.i64(ptr %p, i64 64)
; CHECK-NEXT: %ab = add i64 %a, %b
; FEW-LABEL: @sum(
; FEW: %b = call
; FEW-NEXT: call i64 inttoptr (i64 5 to ptr)()
define i64 @sum(ptr %p) {
  %a = call i64 @whistler.kernel.load.i64(ptr %p, i64 0)
  %b = call i64 @whistler.kernel.load.i64(ptr %p, i64 64)
  call i64 inttoptr (i64 5 to ptr)() nounwind memory(argmem: readwrite)
  %ab = add i64 %a, %b
  ret i64 %ab
}

; Not over a barrier, an unknown call, or what may change kernel memory.
; CHECK-LABEL: @barrier(
; CHECK-NEXT: %a = call
; CHECK-NEXT: call void @whistler.barrier()
; CHECK-NEXT: %b = call
; CHECK-NEXT: call i64 inttoptr (i64 109 to ptr)(i64 9)
; CHECK-NEXT: %c = call
; CHECK-NEXT: call void %f()
define i64 @barrier(ptr %p, ptr %f) {
  %a = call i64 @whistler.kernel.load.i64(ptr %p, i64 0)
  call void @whistler.barrier()
  %b = call i64 @whistler.kernel.load.i64(ptr %p, i64 64)
  call i64 inttoptr (i64 109 to ptr)(i64 9) nounwind memory(argmem: readwrite, inaccessiblemem: readwrite)
  %c = call i64 @whistler.kernel.load.i64(ptr %p, i64 128)
  call void %f()
  %ab = add i64 %a, %b
  %abc = add i64 %ab, %c
  ret i64 %abc
}

; Volatile reads are where they are written.
; CHECK-LABEL: @volatile(
; CHECK-NEXT: %a = call
; CHECK-NEXT: %b = call
define i64 @volatile(ptr %p) {
  %a = call i64 @whistler.kernel.load_volatile.i64(ptr %p, i64 0)
  %b = call i64 @whistler.kernel.load_volatile.i64(ptr %p, i64 64)
  %ab = sub i64 %b, %a
  ret i64 %ab
}

declare i64 @whistler.kernel.load.i64(ptr, i64) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare i64 @whistler.kernel.load_volatile.i64(ptr, i64) nounwind willreturn nosync nofree memory(inaccessiblemem: readwrite)
declare void @whistler.barrier() nounwind willreturn nosync nofree memory(inaccessiblemem: readwrite)
