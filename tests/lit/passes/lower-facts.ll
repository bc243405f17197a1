; Facts about types, enumerators and the kernel, and pointers of the context:
; relocated whatever becomes of the layout.
; RUN: %opt -passes=whistler-lower-core -S %s | FileCheck %s
; RUN: %opt -passes='whistler-lower-core<baked>' -S %s | FileCheck %s

; CHECK: @LINUX_KERNEL_VERSION = external constant i32, section ".kconfig", align 4, !dbg

; CHECK-LABEL: @types(
; CHECK: call i64 @llvm.bpf.btf.type.id(i32 0, i64 1), !llvm.preserve.access.index [[TASK:![0-9]+]]
; CHECK: call i32 @llvm.bpf.preserve.type.info(i32 1, i64 1), !llvm.preserve.access.index [[TASK]]
; CHECK: call i32 @llvm.bpf.preserve.type.info(i32 2, i64 0), !llvm.preserve.access.index [[OTHER:![0-9]+]]
define i64 @types() {
  %id = call i64 @whistler.core.type_id.task_struct()
  %size = call i64 @whistler.core.type_size.task_struct()
  %exists = call i64 @whistler.core.type_exists.nonsense()
  %1 = add i64 %id, %size
  %2 = add i64 %1, %exists
  ret i64 %2
}

; CHECK-LABEL: @enumerators(
; CHECK: call i64 @llvm.bpf.preserve.enum.value(i32 3, ptr @enumerator, i64 0), !llvm.preserve.access.index [[IDS:![0-9]+]]
; CHECK: call i64 @llvm.bpf.preserve.enum.value(i32 4, ptr @enumerator.1, i64 1), !llvm.preserve.access.index [[IDS]]
define i64 @enumerators() {
  %exists = call i64 @whistler.core.enumerator_exists.bpf_func_id.BPF_FUNC_loop()
  %value = call i64 @whistler.core.enumerator_value.bpf_func_id.BPF_FUNC_loop()
  %1 = add i64 %exists, %value
  ret i64 %1
}

; CHECK-LABEL: @version(
; CHECK: load i32, ptr @LINUX_KERNEL_VERSION
; CHECK: zext i32
define i64 @version() {
  %version = call i64 @whistler.core.kernel_version()
  ret i64 %version
}

; CHECK-LABEL: @pointer(
; CHECK: %[[CTX:.*]] = call ptr @llvm.preserve.static.offset(ptr %ctx)
; CHECK: %[[AT:.*]] = getelementptr inbounds i8, ptr %[[CTX]], i64 8
; CHECK: %task = load ptr, ptr %[[AT]], align 8
define ptr @pointer(ptr %ctx) {
  %task = call ptr @whistler.context.pointer.task_struct(ptr %ctx, i64 8)
  ret ptr %task
}

; CHECK-DAG: [[TASK]] = !DICompositeType(tag: DW_TAG_structure_type, name: "task_struct", size: 78336
; CHECK-DAG: [[OTHER]] = !DICompositeType(tag: DW_TAG_structure_type, name: "nonsense"
; CHECK-DAG: [[IDS]] = !DICompositeType(tag: DW_TAG_enumeration_type, name: "bpf_func_id"

declare !whistler.type !0 i64 @whistler.core.type_id.task_struct()
declare !whistler.type !0 i64 @whistler.core.type_size.task_struct()
declare !whistler.type !1 i64 @whistler.core.type_exists.nonsense()
declare !whistler.enumerator !2 i64 @whistler.core.enumerator_exists.bpf_func_id.BPF_FUNC_loop()
declare !whistler.enumerator !2 i64 @whistler.core.enumerator_value.bpf_func_id.BPF_FUNC_loop()
declare i64 @whistler.core.kernel_version()
declare ptr @whistler.context.pointer.task_struct(ptr, i64)
!0 = !{!"struct task_struct", i64 9792}
!1 = !{!"struct nonsense", i64 0}
!2 = !{!"bpf_func_id", !"BPF_FUNC_loop", i64 181}
