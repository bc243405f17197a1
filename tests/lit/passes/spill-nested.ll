; RUN: %opt -passes='whistler-spill-values<most=1>' -S %s | FileCheck %s

; A program that may be preempted half-way by another run of itself keeps its
; values; so do functions in a module with one, which it may call.
; CHECK-NOT: whistler_spill
define i32 @filter(ptr %ctx) section "cgroup_skb/egress" {
  %a = call i64 inttoptr (i64 5 to ptr)()
  %b = call i64 inttoptr (i64 5 to ptr)()
  %c = call i64 inttoptr (i64 5 to ptr)()
  %ab = add i64 %a, %b
  %sum = add i64 %ab, %c
  %low = trunc i64 %sum to i32
  ret i32 %low
}
define i64 @function(i64 %x) {
  %a = call i64 inttoptr (i64 5 to ptr)()
  %b = call i64 inttoptr (i64 5 to ptr)()
  %c = call i64 inttoptr (i64 5 to ptr)()
  %ab = add i64 %a, %b
  %sum = add i64 %ab, %c
  ret i64 %sum
}
