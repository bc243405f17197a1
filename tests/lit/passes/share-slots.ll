; RUN: %opt -passes=whistler-share-slots -S %s | FileCheck %s

; One slot for a key that is looked up and then added; alive until the last use.
; CHECK-LABEL: @lookup_update(
; CHECK: %[[KEY:.*]] = alloca i32
; CHECK-NEXT: %value = alloca i64
; CHECK-NEXT: call void @llvm.lifetime.start.p0(i64 4, ptr %[[KEY]])
; CHECK-NEXT: store i32 %k, ptr %[[KEY]]
; CHECK: call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %[[KEY]])
; CHECK: there:
; CHECK-NEXT: call void @llvm.lifetime.end.p0(i64 4, ptr %[[KEY]])
; CHECK: absent:
; CHECK-NOT: store i32
; CHECK: call i64 inttoptr (i64 2 to ptr)(ptr @map, ptr %[[KEY]], ptr %value, i64 1)
; CHECK-NEXT: call void @llvm.lifetime.end.p0(i64 4, ptr %[[KEY]])
define i32 @lookup_update(i32 %k) {
  %first = alloca i32, align 8
  %second = alloca i32, align 8
  %value = alloca i64, align 8
  call void @llvm.lifetime.start.p0(i64 4, ptr %first)
  store i32 %k, ptr %first, align 8
  %entry = call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %first)
  call void @llvm.lifetime.end.p0(i64 4, ptr %first)
  %is = icmp ne ptr %entry, null
  br i1 %is, label %there, label %absent
there:
  ret i32 1
absent:
  call void @llvm.lifetime.start.p0(i64 4, ptr %second)
  store i32 %k, ptr %second, align 8
  store i64 1, ptr %value, align 8
  call i64 inttoptr (i64 2 to ptr)(ptr @map, ptr %second, ptr %value, i64 1)
  call void @llvm.lifetime.end.p0(i64 4, ptr %second)
  ret i32 0
}

; Another key, a slot that a helper may write, one that is stored to again.
; CHECK-LABEL: @apart(
; CHECK-COUNT-4: alloca i32
define i32 @apart(i32 %k, i32 %other) {
  %first = alloca i32, align 8
  %second = alloca i32, align 8
  %written = alloca i32, align 8
  %again = alloca i32, align 8
  store i32 %k, ptr %first, align 8
  call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %first)
  store i32 %other, ptr %second, align 8
  call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %second)
  store i32 %k, ptr %written, align 8
  call i64 inttoptr (i64 113 to ptr)(ptr %written, i64 4, i64 0)
  store i32 %k, ptr %again, align 8
  call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %again)
  store i32 %other, ptr %again, align 8
  ret i32 0
}

; The first is not there on every way to the second.
; CHECK-LABEL: @not_dominated(
; CHECK-COUNT-2: store i32 %k
define i32 @not_dominated(i32 %k, i1 %which) {
  %first = alloca i32, align 8
  %second = alloca i32, align 8
  br i1 %which, label %arm, label %end
arm:
  store i32 %k, ptr %first, align 8
  call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %first)
  br label %end
end:
  store i32 %k, ptr %second, align 8
  call ptr inttoptr (i64 1 to ptr)(ptr @map, ptr %second)
  ret i32 0
}

@map = external global i8
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.lifetime.end.p0(i64, ptr)
