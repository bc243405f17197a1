; RUN: %opt -passes=whistler-lower-core -S %s | FileCheck %s
; RUN: %opt -passes='whistler-lower-core<baked>' -S %s | FileCheck %s --check-prefix=BAKED

; A module without debug info gets what a loader asks for.
; CHECK-LABEL: @address(
; CHECK-SAME: !dbg
; CHECK: %address = call ptr @llvm.preserve.struct.access.index.p0.p0(ptr elementtype({ i64 }) %task, i32 0, i32 1), !llvm.preserve.access.index [[TASK:![0-9]+]]
; BAKED-LABEL: @address(
; BAKED: %address = getelementptr i8, ptr %task, i64 1264
define ptr @address(ptr %task) {
  %address = call ptr @whistler.kernel.address.task_struct.pid(ptr %task)
  ret ptr %address
}

; Two steps: the embedded record is a type of its own.
; CHECK-LABEL: @nested(
; CHECK: %[[SE:.*]] = call ptr @llvm.preserve.struct.access.index.p0.p0(ptr elementtype({ i64 }) %task, i32 0, i32 0), !llvm.preserve.access.index [[TASK]]
; CHECK: call ptr @llvm.preserve.struct.access.index.p0.p0(ptr elementtype({ i64 }) %[[SE]], i32 0, i32 0), !llvm.preserve.access.index [[ENTITY:![0-9]+]]
; BAKED-LABEL: @nested(
; BAKED: getelementptr i8, ptr %task, i64 208
define ptr @nested(ptr %task) {
  %address = call ptr @whistler.kernel.address.task_struct.se.vruntime(ptr %task)
  ret ptr %address
}

; Beyond what a load's displacement holds: a number that is added.
; CHECK-LABEL: @far(
; CHECK: ptrtoint ptr %{{.*}} to i64
; CHECK: getelementptr i8, ptr %base, i64
define ptr @far(ptr %base) {
  %address = call ptr @whistler.kernel.address.big.last(ptr %base)
  ret ptr %address
}

; CHECK-LABEL: @facts(
; CHECK: call i32 @llvm.bpf.preserve.field.info.p0(ptr %{{.*}}, i64 2)
; BAKED-LABEL: @facts(
; BAKED: ret i64 1
define i64 @facts() {
  %exists = call i64 @whistler.core.field_exists.task_struct.pid()
  ret i64 %exists
}

; CHECK-LABEL: @context(
; CHECK: %[[CTX:.*]] = call ptr @llvm.preserve.static.offset(ptr %ctx)
; CHECK: %[[AT:.*]] = getelementptr inbounds i8, ptr %[[CTX]], i64 8
; CHECK: load i32, ptr %[[AT]], align 4
define i32 @context(ptr %ctx) {
  %value = call i32 @whistler.context.load.i32(ptr %ctx, i64 8)
  ret i32 %value
}

declare !whistler.field !1 ptr @whistler.kernel.address.task_struct.pid(ptr) nounwind willreturn nosync nofree speculatable memory(none)
declare !whistler.field !3 ptr @whistler.kernel.address.task_struct.se.vruntime(ptr) nounwind willreturn nosync nofree speculatable memory(none)
declare !whistler.field !6 ptr @whistler.kernel.address.big.last(ptr) nounwind willreturn nosync nofree speculatable memory(none)
declare !whistler.field !1 i64 @whistler.core.field_exists.task_struct.pid() nounwind willreturn nosync nofree speculatable memory(none)
declare i32 @whistler.context.load.i32(ptr, i64) nounwind willreturn nosync nofree memory(argmem: read)

; Only the members used, in the order of their offsets.
; CHECK-DAG: [[TASK]] = !DICompositeType(tag: DW_TAG_structure_type, name: "task_struct", size: 78336, elements: [[MEMBERS:![0-9]+]])
; CHECK-DAG: [[MEMBERS]] = !{[[MSE:![0-9]+]], [[MPID:![0-9]+]]}
; CHECK-DAG: [[MSE]] = !DIDerivedType(tag: DW_TAG_member, name: "se", baseType: [[ENTITY]], size: 2560, offset: 1024)
; CHECK-DAG: [[MPID]] = !DIDerivedType(tag: DW_TAG_member, name: "pid", baseType: !{{[0-9]+}}, size: 32, offset: 10112)
!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"integer", i32 8, !"", !4, !5}
!4 = !{!"struct task_struct", i64 9792, !"se", i64 1024}
!5 = !{!"struct sched_entity", i64 320, !"vruntime", i64 640}
!6 = !{!"integer", i32 8, !"", !7}
!7 = !{!"struct big", i64 65536, !"last", i64 320000}
