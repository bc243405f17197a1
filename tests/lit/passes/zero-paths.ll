; What the body surely overwrites on every way needs no zero; what only some
; ways fill, and holes, do.
; RUN: %opt -passes=whistler-zero-records -S %s | FileCheck %s

; Both arms fill the first field, one the second; four bytes nobody.
; CHECK-LABEL: @arms(
; CHECK: call noalias
; CHECK-NEXT: %[[SECOND:.*]] = getelementptr i8, ptr %event, i64 8
; CHECK-NEXT: store i64 0, ptr %[[SECOND]], align 8
; CHECK-NEXT: %[[HOLE:.*]] = getelementptr i8, ptr %event, i64 16
; CHECK-NEXT: store i64 0, ptr %[[HOLE]], align 8
; CHECK-NOT: store i64 0
; CHECK: br
define void @arms(i1 %which, i64 %a) {
  %event = call noalias align 8 ptr inttoptr (i64 131 to ptr)(i64 0, i64 24, i64 0) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %event, i8 0, i64 24, i1 false)
  %second = getelementptr i8, ptr %event, i64 8
  br i1 %which, label %left, label %right
left:
  store i64 %a, ptr %event, align 8
  store i64 %a, ptr %second, align 8
  br label %end
right:
  store i64 1, ptr %event, align 8
  br label %end
end:
  call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
}

; A record that is thrown away is seen by no one; helpers fill what they are
; told to fill.
; CHECK-LABEL: @discarded(
; CHECK-NOT: store i64 0
; CHECK: ret
define void @discarded(i1 %which, i64 %a) {
  %event = call noalias align 8 ptr inttoptr (i64 131 to ptr)(i64 0, i64 24, i64 0) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %event, i8 0, i64 24, i1 false)
  br i1 %which, label %left, label %right
left:
  call i64 inttoptr (i64 133 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
right:
  store i64 %a, ptr %event, align 8
  %comm = getelementptr i8, ptr %event, i64 8
  call i64 inttoptr (i64 113 to ptr)(ptr nocapture %comm, i64 16, i64 %a) nounwind memory(argmem: readwrite)
  call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
}

; But bpf_get_current_comm, up to Linux 6.1.
; CHECK-LABEL: @named(
; CHECK: store i64 0
; CHECK: store i64 0
; CHECK: ret
define void @named() {
  %event = call noalias align 8 ptr inttoptr (i64 131 to ptr)(i64 0, i64 16, i64 0) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %event, i8 0, i64 16, i1 false)
  call i64 inttoptr (i64 16 to ptr)(ptr nocapture %event, i64 16) nounwind memory(argmem: readwrite)
  call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
}

; Others see a map's value when the program ends.
; CHECK-LABEL: @map_value(
; CHECK: store i64 0
; CHECK: br
define void @map_value(i1 %which, i64 %a, ptr %key) {
  %entry = call align 8 ptr inttoptr (i64 1 to ptr)(ptr null, ptr %key) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %entry, i8 0, i64 8, i1 false)
  br i1 %which, label %left, label %right
left:
  store i64 %a, ptr %entry, align 8
  ret void
right:
  ret void
}

; In a loop that may have no round, a field is filled or not.
; CHECK-LABEL: @rounds(
; CHECK: store i64 0, ptr %{{.*}}, align 8
; CHECK: br
define void @rounds(i64 %n) {
  %event = call noalias align 8 ptr inttoptr (i64 131 to ptr)(i64 0, i64 8, i64 0) nounwind memory(argmem: readwrite)
  call void @llvm.memset.p0.i64(ptr align 8 %event, i8 0, i64 8, i1 false)
  br label %test
test:
  %i = phi i64 [ 0, %0 ], [ %next, %round ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %round, label %end
round:
  store i64 %i, ptr %event, align 8
  %next = add i64 %i, 1
  br label %test
end:
  call i64 inttoptr (i64 132 to ptr)(ptr nocapture %event, i64 0) nounwind memory(argmem: readwrite)
  ret void
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
