; RUN: %opt -passes='whistler-lower-direct-reads<reads=direct>' -S %s | FileCheck %s

; A walk: the address that it starts from is cast, and not every step.
; CHECK-LABEL: @walk(
; CHECK: entry:
; CHECK: %cast = call ptr @bpf_rdonly_cast(ptr %address,
; CHECK: loop:
; CHECK: %entry1 = phi ptr [ %cast, %entry ], [ %parent, %loop ]
; CHECK-NOT: bpf_rdonly_cast
; CHECK-NOT: asm
; CHECK: ret i64
define i64 @walk(ptr %address) {
entry:
  br label %loop
loop:
  %entry1 = phi ptr [ %address, %entry ], [ %parent, %loop ]
  %round = phi i64 [ 0, %entry ], [ %next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %more, %loop ]
  %hash = call i64 @whistler.kernel.load.dentry.d_hash(ptr %entry1)
  %more = add i64 %sum, %hash
  %parent = call ptr @whistler.kernel.load.dentry.d_parent(ptr %entry1)
  %next = add i64 %round, 1
  %again = icmp ult i64 %next, 100
  br i1 %again, label %loop, label %out
out:
  ret i64 %more
}

; Two addresses: one cast where they meet.
; CHECK-LABEL: @addresses(
; CHECK: meet:
; CHECK: phi ptr [ %a, %one ], [ %b, %other ]
; CHECK: call ptr @bpf_rdonly_cast(
; CHECK-NOT: bpf_rdonly_cast
; CHECK: ret i64
define i64 @addresses(ptr %a, ptr %b, i1 %which) {
  br i1 %which, label %one, label %other
one:
  br label %meet
other:
  br label %meet
meet:
  %p = phi ptr [ %a, %one ], [ %b, %other ]
  %hash = call i64 @whistler.kernel.load.dentry.d_hash(ptr %p)
  ret i64 %hash
}

declare !whistler.field !1 i64 @whistler.kernel.load.dentry.d_hash(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 ptr @whistler.kernel.load.dentry.d_parent(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
!1 = !{!"integer direct", i32 8, !"", !2}
!2 = !{!"struct dentry", i64 192, !"d_hash", i64 64}
!3 = !{!"pointer direct typed", i32 8, !"dentry", !4}
!4 = !{!"struct dentry", i64 192, !"d_parent", i64 192}
