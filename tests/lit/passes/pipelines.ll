; The three strategies, whole, down to calls of the helper in the object code.
; RUN: %opt -passes='whistler-o2<reads=fused;baked>' -verify-each -S %s | FileCheck %s --check-prefix=FUSED
; RUN: %opt -passes='whistler-o2<reads=single;baked>' -verify-each -S %s | FileCheck %s --check-prefix=SINGLE
; RUN: %opt -passes='whistler-o2<reads=naive;baked>' -verify-each -S %s | FileCheck %s --check-prefix=NAIVE
; RUN: %opt -passes='whistler-o0' -verify-each -S %s | FileCheck %s --check-prefix=NAIVE
; RUN: %opt -mtriple=bpfel -passes='whistler-o2,default<O2>' -verify-each -S %s | %llc -filetype=obj -o %t.o
; RUN: llvm-objdump -d %t.o | FileCheck %s --check-prefix=OBJECT
; RUN: not %opt -passes='whistler-o2<reads=some>' -S %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN

; FUSED-COUNT-1: call i64 inttoptr (i64 113 to ptr)
; FUSED-NOT: (i64 113
; SINGLE-COUNT-2: call i64 inttoptr (i64 113 to ptr)
; SINGLE-NOT: (i64 113
; NAIVE-COUNT-3: call i64 inttoptr (i64 113 to ptr)
; NAIVE-NOT: (i64 113
; OBJECT-COUNT-3: call 0x71
; OBJECT-NOT: call 0x71
; UNKNOWN: whistler-o2<reads=some>
define i32 @three(ptr %task) {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task)
  %again = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %a = add i32 %pid, %tgid
  %b = add i32 %a, %again
  ret i32 %b
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
