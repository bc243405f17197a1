; What the verifier pass says of each malformed operation.
; RUN: not %opt -passes=whistler-verify -disable-output %s 2>&1 | FileCheck %s

; CHECK-DAG: `whistler.kernel.frobnicate` is no operation
declare void @whistler.kernel.frobnicate()

; CHECK-DAG: `whistler.kernel.load.task_struct.tgid` has no well-formed !whistler.field: needs a type
declare i32 @whistler.kernel.load.task_struct.tgid(ptr) memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.load.task_struct.odd` has no well-formed !whistler.field: the type is not
declare !whistler.field !7 i32 @whistler.kernel.load.task_struct.odd(ptr) memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.load.task_struct.flags` names another field than its !whistler.field, `task_struct.pid`
declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.flags(ptr) memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.load.task_struct.pid` has type `i64 (ptr)` where its name and field say `i32 (ptr)`
declare !whistler.field !1 i64 @whistler.kernel.load.task_struct.pid(ptr) memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.load_volatile.task_struct.pid` claims less memory than it touches: it needs memory
declare !whistler.field !1 i32 @whistler.kernel.load_volatile.task_struct.pid(ptr) memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.load.i32` must not be speculatable
declare i32 @whistler.kernel.load.i32(ptr, i64) speculatable memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.load.task_struct.comm` loads an aggregate: take its address
declare !whistler.field !5 ptr @whistler.kernel.load.task_struct.comm(ptr) memory(inaccessiblemem: read)

; CHECK-DAG: `whistler.kernel.copy` in `copies` the number of bytes must be a constant
declare void @whistler.kernel.copy(ptr, i64, ptr) memory(argmem: write, inaccessiblemem: read)
define void @copies(ptr %to, i64 %bytes, ptr %from) {
  call void @whistler.kernel.copy(ptr %to, i64 %bytes, ptr %from)
  ret void
}

; CHECK-DAG: `whistler.barrier` is used other than by calling it
declare void @whistler.barrier() memory(inaccessiblemem: readwrite)
@taken = global ptr @whistler.barrier

; CHECK-DAG: `whistler.core.type_id.task_struct` has no well-formed !whistler.type
declare i64 @whistler.core.type_id.task_struct() memory(none)

; CHECK-DAG: `whistler.core.enumerator_value.bpf_func_id.other` names another thing than its metadata, `bpf_func_id.BPF_FUNC_loop`
declare !whistler.enumerator !9 i64 @whistler.core.enumerator_value.bpf_func_id.other() memory(none)

; CHECK-DAG: `whistler.core.kernel_version.here` is no operation
declare i64 @whistler.core.kernel_version.here() memory(none)

; CHECK-DAG: `whistler.context.pointer.sock` in `points` the offset must be a constant
declare ptr @whistler.context.pointer.sock(ptr, i64) memory(argmem: read)
define ptr @points(ptr %ctx, i64 %offset) {
  %sock = call ptr @whistler.context.pointer.sock(ptr %ctx, i64 %offset)
  ret ptr %sock
}

!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!5 = !{!"array 1 signed integer", i32 16, !"", !6}
!6 = !{!"struct task_struct", i64 9792, !"comm", i64 14016}
!7 = !{!"unsigned number", i32 4, !"", !8}
!8 = !{!"struct task_struct", i64 9792, !"odd", i64 0}
!9 = !{!"bpf_func_id", !"BPF_FUNC_loop", i64 181}
