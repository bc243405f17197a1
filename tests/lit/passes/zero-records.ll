; RUN: %opt -passes=whistler-zero-records,dse -S %s | FileCheck %s

; Of a zeroed record only the hole stays: the store and the copy do the rest.
; CHECK-LABEL: @record(
; CHECK-NOT: memset
; CHECK: %[[HOLE:.*]] = getelementptr i8, ptr %event, i64 4
; CHECK-NEXT: store i32 0, ptr %[[HOLE]], align 4
; CHECK-NOT: store i64 0
; CHECK: store i32 %pid, ptr %event
define void @record(ptr %task, i32 %pid) {
  %event = call noalias align 8 ptr inttoptr (i64 131 to ptr)(i64 0, i64 24, i64 0) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %event, i8 0, i64 24, i1 false)
  store i32 %pid, ptr %event, align 8
  %comm = getelementptr i8, ptr %event, i64 8
  call void @whistler.kernel.copy(ptr %comm, i64 16, ptr %task)
  call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
}

; Something looks at the record first.
; CHECK-LABEL: @looked_at(
; CHECK: store i64 0
; CHECK: call i64 inttoptr (i64 130 to ptr)
define void @looked_at(ptr %task) {
  %event = call noalias align 8 ptr inttoptr (i64 131 to ptr)(i64 0, i64 8, i64 0) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %event, i8 0, i64 8, i1 false)
  call i64 inttoptr (i64 130 to ptr)(ptr nocapture %event, i64 8) nounwind memory(argmem: readwrite)
  call void @whistler.kernel.copy(ptr %event, i64 8, ptr %task)
  call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @whistler.kernel.copy(ptr nocapture writeonly, i64, ptr) nounwind willreturn nosync nofree memory(argmem: write, inaccessiblemem: read)
