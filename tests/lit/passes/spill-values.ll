; RUN: %opt -passes='whistler-spill-values<most=3>' -S %s | FileCheck %s
; RUN: %opt -passes='whistler-spill-values' -S %s | FileCheck %s --check-prefix=ROOM

; Four values wait for the end and three may: the one that waits longest is in
; memory meanwhile. A use right behind the definition needs no memory.
; ROOM-NOT: whistler_spill
; CHECK: @whistler_spill = {{.*}} section ".maps"
; CHECK-LABEL: @sum(
; CHECK: store i32 0, ptr %spill.key{{.*}}
; CHECK-NEXT: %spill.area = call ptr inttoptr (i64 1 to ptr)(ptr nocapture @whistler_spill, ptr nocapture %spill.key)
; CHECK: br i1 %{{.*}}, label %spill.none, label %spill.body
; CHECK: spill.none:
; CHECK-NEXT: ret i32 0
; CHECK: spill.body:
; CHECK-NEXT: %a = call i64 inttoptr (i64 5 to ptr)()
; CHECK-NEXT: [[PLACE:%.*]] = getelementptr inbounds i8, ptr %spill.area, i64 0
; CHECK-NEXT: store volatile i64 %a, ptr [[PLACE]], align 8
; CHECK: %abc = add i64 %ab, %c
; CHECK-NOT: load
; CHECK: %d = call
; CHECK: [[PLACE:%.*]] = getelementptr inbounds i8, ptr %spill.area, i64 0
; CHECK-NEXT: %a.again = load volatile i64, ptr [[PLACE]], align 8
; CHECK-NEXT: %sum = add i64 %abcd, %a.again
define i32 @sum(ptr %ctx) section "kprobe/f" {
  %a = call i64 inttoptr (i64 5 to ptr)()
  %b = call i64 inttoptr (i64 5 to ptr)()
  %ab = add i64 %a, %b
  %c = call i64 inttoptr (i64 5 to ptr)()
  %abc = add i64 %ab, %c
  %d = call i64 inttoptr (i64 5 to ptr)()
  %e = call i64 inttoptr (i64 5 to ptr)()
  %f = call i64 inttoptr (i64 5 to ptr)()
  %de = add i64 %d, %e
  %def = add i64 %de, %f
  %abcd = add i64 %abc, %def
  %sum = add i64 %abcd, %a
  %low = trunc i64 %sum to i32
  ret i32 %low
}

; What an address is computed from, or a loop ends by, has bounds that the
; verifier must not forget.
; CHECK-LABEL: @bounded(
; CHECK-NOT: store volatile i64 %index
; CHECK-NOT: store volatile i64 %rounds
; CHECK: ret i32
define i32 @bounded(ptr %ctx) section "kprobe/f" {
  %buffer = alloca [64 x i8]
  %any = call i64 inttoptr (i64 5 to ptr)()
  %index = and i64 %any, 63
  %more = call i64 inttoptr (i64 5 to ptr)()
  %rounds = and i64 %more, 7
  %x = call i64 inttoptr (i64 5 to ptr)()
  %y = call i64 inttoptr (i64 5 to ptr)()
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %next, %loop ]
  %place = getelementptr i8, ptr %buffer, i64 %index
  store i8 0, ptr %place
  %next = add i64 %i, 1
  %again = icmp ult i64 %next, %rounds
  br i1 %again, label %loop, label %end
end:
  %xy = add i64 %x, %y
  %sum = add i64 %xy, %index
  %low = trunc i64 %sum to i32
  ret i32 %low
}
