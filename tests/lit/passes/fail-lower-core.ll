; A bitfield that LLVM could not describe is an error, not the process's end.
; RUN: not %opt -passes=whistler-lower-core -disable-output %s 2>&1 | FileCheck %s
; CHECK: in function read {{.*}}the bitfield `packed.wide` lies across two 8-byte units
define i64 @read() {
  %size = call i64 @whistler.core.field_byte_size.packed.wide()
  ret i64 %size
}
declare !whistler.field !1 i64 @whistler.core.field_byte_size.packed.wide() nounwind willreturn nosync nofree speculatable memory(none)
!1 = !{!"integer bits 10", i32 4, !"", !2}
!2 = !{!"struct packed", i64 16, !"wide", i64 60}
