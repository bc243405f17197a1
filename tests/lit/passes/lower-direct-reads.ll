; Reads that become loads: through helper 158, arguments and casts.
; RUN: %opt -passes='whistler-lower-direct-reads<reads=direct>' -pass-remarks=whistler -pass-remarks-missed=whistler -S %s 2>%t.remarks | FileCheck %s
; RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks
; RUN: %opt -passes='whistler-lower-direct-reads<target=6.1>' -S %s | FileCheck %s --check-prefix=TASK
; RUN: %opt -passes='whistler-lower-direct-reads<target=6.1>' -pass-remarks=whistler -disable-output %s 2>&1 | FileCheck %s --check-prefix=TESTED
; RUN: %opt -passes='whistler-lower-direct-reads<reads=fused>' -S %s | FileCheck %s --check-prefix=TRUSTED
; RUN: %opt -passes='whistler-lower-direct-reads<reads=direct;baked>' -S %s | FileCheck %s --check-prefix=BAKED

; The current task and what its members lead to: no cast.
; CHECK-LABEL: @chase(
; CHECK-SAME: #[[NULL:[0-9]+]]
; CHECK: %[[T:.*]] = call ptr inttoptr (i64 158 to ptr)()
; CHECK: %[[A:.*]] = call ptr @whistler.kernel.address.task_struct.mm(ptr %[[T]])
; CHECK: %mm = load ptr, ptr %[[A]], align 8
; CHECK: %[[B:.*]] = call ptr @whistler.kernel.address.mm_struct.total_vm(ptr %mm)
; CHECK: %vm = load i64, ptr %[[B]], align 8
; CHECK-NOT: bpf_rdonly_cast
; TASK-LABEL: @chase(
; TASK: call ptr inttoptr (i64 158 to ptr)()
; TASK: load i64, ptr %{{.*}}, align 8
; TRUSTED-LABEL: @chase(
; TRUSTED: call i64 inttoptr (i64 35 to ptr)()
; TRUSTED: call ptr @whistler.kernel.load.task_struct.mm(
; BAKED-LABEL: @chase(
; BAKED: load volatile i64
define i64 @chase() {
  %t = call i64 inttoptr (i64 35 to ptr)()
  %task = inttoptr i64 %t to ptr
  %mm = call ptr @whistler.kernel.load.task_struct.mm(ptr %task)
  %vm = call i64 @whistler.kernel.load.mm_struct.total_vm(ptr %mm)
  ret i64 %vm
}

; Two reads of one address: one cast, where both arms have it.
; CHECK-LABEL: @cast(
; CHECK: entry:
; CHECK: %[[ID:.*]] = call i64 @whistler.core.type_id.task_struct()
; CHECK: %[[ID32:.*]] = trunc i64 %[[ID]] to i32
; CHECK: %cast = call ptr @bpf_rdonly_cast(ptr %task, i32 %[[ID32]]) #[[PURE:[0-9]+]]
; CHECK: br i1
; CHECK: call ptr @whistler.kernel.address.task_struct.pid(ptr %cast)
; CHECK: call ptr @whistler.kernel.address.task_struct.mm(ptr %cast)
; CHECK-NOT: bpf_rdonly_cast
; TASK-LABEL: @cast(
; TASK: call i32 @whistler.kernel.load.task_struct.pid(
define i64 @cast(ptr %task, i1 %which) {
entry:
  br i1 %which, label %a, label %b
a:
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %wide = sext i32 %pid to i64
  ret i64 %wide
b:
  %mm = call ptr @whistler.kernel.load.task_struct.mm(ptr %task)
  %null = icmp eq ptr %mm, null
  %number = zext i1 %null to i64
  ret i64 %number
}

; An argument is read directly under every strategy; one that may be null is
; cast, or tested where there are no casts.
; CHECK-LABEL: @nullable(
; CHECK: %cast = call ptr @bpf_rdonly_cast(ptr %sk,
; CHECK-NOT: br
; CHECK: load i32, ptr %{{.*}}, align 4
; CHECK-NEXT: ret
; TASK-LABEL: @nullable(
; TASK: %[[THERE:.*]] = icmp ne ptr %sk, null
; TASK: br i1 %[[THERE]]
; TASK: load i32, ptr %{{.*}}, align 4
; TASK: phi i32 [ %{{.*}}, %{{.*}} ], [ 0, %{{.*}} ]
; TRUSTED-LABEL: @nullable(
; TRUSTED: load i32, ptr %{{.*}}, align 4
define i32 @nullable(ptr %ctx) {
  %sk = call ptr @whistler.context.pointer.task_struct.nullable(ptr %ctx, i64 0)
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %sk)
  ret i32 %pid
}

; A pointer used as a number is laundered, a test against null is not.
; CHECK-LABEL: @number(
; CHECK: %mm = load ptr
; CHECK: %[[N:.*]] = ptrtoint ptr %mm to i64
; CHECK: %number = call i64 asm "$0 = -$0\0A\09$0 = -$0", "=r,0"(i64 %[[N]])
; CHECK: icmp eq ptr %mm, null
; CHECK: %bits = ptrtoint ptr %mm to i64
; CHECK: lshr i64 %number, 12
define i64 @number() {
  %task = call ptr inttoptr (i64 158 to ptr)()
  %mm = call ptr @whistler.kernel.load.task_struct.mm(ptr %task)
  %null = icmp eq ptr %mm, null
  br i1 %null, label %no, label %yes
no:
  ret i64 0
yes:
  %bits = ptrtoint ptr %mm to i64
  %page = lshr i64 %bits, 12
  ret i64 %page
}

; The same pointer from both sides of a join, and round a loop.
; CHECK-LABEL: @join(
; CHECK: %either = phi ptr
; CHECK: call ptr @whistler.kernel.address.task_struct.pid(ptr %either)
; CHECK-NOT: bpf_rdonly_cast
define i32 @join(ptr %ctx, i1 %which) {
entry:
  %one = call ptr @whistler.context.pointer.task_struct(ptr %ctx, i64 0)
  br i1 %which, label %other, label %end
other:
  %two = call ptr @whistler.context.pointer.task_struct(ptr %ctx, i64 8)
  br label %end
end:
  %either = phi ptr [ %one, %entry ], [ %two, %other ]
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %either)
  ret i32 %pid
}

; A name of 16 bytes by two loads.
; CHECK-LABEL: @name(
; CHECK: %[[FROM:.*]] = call ptr @whistler.kernel.address.task_struct.comm(
; CHECK: load volatile i64, ptr %{{.*}}, align 8
; CHECK: store i64
; CHECK: load volatile i64, ptr %{{.*}}, align 8
; CHECK: store i64
; CHECK-NOT: whistler.kernel.copy
define void @name(ptr align 8 %to) {
  %task = call ptr inttoptr (i64 158 to ptr)()
  %comm = call ptr @whistler.kernel.address.task_struct.comm(ptr %task)
  call void @whistler.kernel.copy(ptr %to, i64 16, ptr %comm)
  ret void
}

; A bitfield's byte, the second of its unit, where the running kernel has it in
; the same place; else the read stays.
; CHECK-LABEL: @bitfield(
; CHECK: %[[L:.*]] = call i64 @whistler.core.field_lshift_u64.task_struct.bit()
; CHECK: icmp eq i64 %[[L]], 53
; CHECK: %[[R:.*]] = call i64 @whistler.core.field_rshift_u64.task_struct.bit()
; CHECK: icmp eq i64 %[[R]], 62
; CHECK: br i1
; CHECK: %[[UNIT:.*]] = call i64 @whistler.core.field_byte_offset.task_struct.bit()
; CHECK: %[[AT:.*]] = getelementptr i8, ptr %cast, i64 %[[UNIT]]
; CHECK: %[[BYTE:.*]] = getelementptr i8, ptr %[[AT]], i64 1
; CHECK: load i8, ptr %[[BYTE]], align 1
; CHECK: shl i64 %{{.*}}, 61
; CHECK: ashr i64 %{{.*}}, 62
; CHECK: call i64 @whistler.kernel.load.task_struct.bit(ptr %task)
; CHECK: phi i64
; BAKED-LABEL: @bitfield(
; BAKED: getelementptr i8, ptr %cast, i64 1253
; BAKED: load volatile i8
; BAKED-NOT: br
; BAKED: ret
define i64 @bitfield(ptr %task) {
  %bit = call i64 @whistler.kernel.load.task_struct.bit(ptr %task)
  ret i64 %bit
}

; What no member stands for is loaded as bytes: at a variable place, of a member
; that the verifier does not find, copied from a number.
; CHECK-LABEL: @bytes(
; CHECK: %[[ADDRESS:.*]] = getelementptr i8, ptr %at, i64 %index
; CHECK: call i64 @whistler.core.type_id.new_utsname()
; CHECK: %[[CAST:.*]] = call ptr @bpf_rdonly_cast(ptr %[[ADDRESS]],
; CHECK: %[[FROM:.*]] = call ptr @whistler.kernel.address.new_utsname.sysname(ptr %[[CAST]])
; CHECK: load i64, ptr %[[FROM]], align 8
; CHECK: call ptr @whistler.kernel.address.task_struct.hidden(ptr %task)
; CHECK: call ptr @bpf_rdonly_cast(
; CHECK: load i32, ptr
; CHECK: call ptr @bpf_rdonly_cast(ptr %at,
; CHECK-COUNT-2: load volatile i64, ptr
; CHECK-NOT: whistler.kernel.load
; CHECK-NOT: whistler.kernel.copy
; TASK-LABEL: @bytes(
; TASK: call i64 @whistler.kernel.load.i64(
define i64 @bytes(ptr %task, ptr %at, i64 %index, ptr align 8 %to) {
  %element = call i64 @whistler.kernel.load.i64(ptr %at, i64 %index)
  %hidden = call i32 @whistler.kernel.load.task_struct.hidden(ptr %task)
  call void @whistler.kernel.copy(ptr align 8 %to, i64 16, ptr %at)
  %wide = zext i32 %hidden to i64
  %sum = add i64 %element, %wide
  ret i64 %sum
}

; Constant places that are near share a cast.
; CHECK-LABEL: @near(
; CHECK: call ptr @bpf_rdonly_cast(ptr %at,
; CHECK: load i64, ptr
; CHECK: getelementptr i8, ptr %{{.*}}, i64 48
; CHECK-NOT: bpf_rdonly_cast
; CHECK: ret i64
define i64 @near(ptr %at) {
  %a = call i64 @whistler.kernel.load.i64(ptr %at, i64 0)
  %b = call i64 @whistler.kernel.load.i64(ptr %at, i64 48)
  %sum = add i64 %a, %b
  ret i64 %sum
}

; What is no direct load stays as it is.
; CHECK-LABEL: @refused(
; CHECK: call i64 @whistler.kernel.load.task_struct.wide(
; CHECK: call void @whistler.kernel.copy(
define i64 @refused(ptr %task, ptr %to, ptr %from) {
  %bits = call i64 @whistler.kernel.load.task_struct.wide(ptr %task)
  call void @whistler.kernel.copy(ptr %to, i64 64, ptr %from)
  ret i64 %bits
}

; CHECK-DAG: declare !dbg !{{[0-9]+}} extern_weak ptr @bpf_rdonly_cast(ptr, i32) section ".ksyms"
; CHECK-DAG: attributes #[[NULL]] = { null_pointer_is_valid }
; CHECK-DAG: attributes #[[PURE]] = { nounwind willreturn memory(none) }

; REMARK-DAG: read by whistler.kernel.load.task_struct.mm is a direct load through a typed pointer
; REMARK-DAG: read by whistler.kernel.load.task_struct.pid is a direct load through bpf_rdonly_cast
; TESTED: read by whistler.kernel.load.task_struct.pid is a direct load through a typed pointer that is tested first
; REMARK-DAG: read by whistler.kernel.load.task_struct.wide is no direct load: no load has just the bitfield's bytes
; REMARK-DAG: read by whistler.kernel.load.task_struct.hidden is a direct load through bpf_rdonly_cast

declare ptr @whistler.context.pointer.task_struct(ptr, i64)
declare i64 @whistler.kernel.load.i64(ptr, i64) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare ptr @whistler.context.pointer.task_struct.nullable(ptr, i64)
declare void @whistler.kernel.copy(ptr nocapture writeonly, i64, ptr) nounwind willreturn nosync nofree memory(argmem: write, inaccessiblemem: read)
declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 ptr @whistler.kernel.load.task_struct.mm(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !5 i64 @whistler.kernel.load.mm_struct.total_vm(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !7 ptr @whistler.kernel.address.task_struct.comm(ptr) nounwind willreturn nosync nofree speculatable memory(none)
declare !whistler.field !9 i64 @whistler.kernel.load.task_struct.bit(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !13 i64 @whistler.kernel.load.task_struct.wide(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !11 i32 @whistler.kernel.load.task_struct.hidden(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
!1 = !{!"signed integer direct", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"pointer direct typed", i32 8, !"mm_struct", !4}
!4 = !{!"struct task_struct", i64 9792, !"mm", i64 9088}
!5 = !{!"integer direct", i32 8, !"", !6}
!6 = !{!"struct mm_struct", i64 1344, !"total_vm", i64 2048}
!7 = !{!"array 1 signed integer direct", i32 16, !"", !8}
!8 = !{!"struct task_struct", i64 9792, !"comm", i64 14016}
!9 = !{!"signed integer bits 2 direct", i32 4, !"", !10}
!10 = !{!"struct task_struct", i64 9792, !"bit", i64 10025}
!11 = !{!"integer", i32 4, !"", !12}
!12 = !{!"struct task_struct", i64 9792, !"hidden", i64 128}
!13 = !{!"integer bits 20", i32 4, !"", !14}
!14 = !{!"struct task_struct", i64 9792, !"wide", i64 10056}
