// IR texts that several tests read.

#include "Support.h"

namespace whistler::backend::test {

const std::string kPreamble = R"(
%record = type { i8 }
declare ptr @llvm.preserve.struct.access.index.p0.p0(ptr, i32 immarg, i32 immarg)
declare i32 @llvm.bpf.preserve.field.info.p0(ptr, i64 immarg)
declare i64 @llvm.bpf.btf.type.id(i32, i64)
@_license = global [4 x i8] c"GPL\00", section "license", align 1

!llvm.module.flags = !{!0, !1}
!llvm.dbg.cu = !{!2}
!0 = !{i32 2, !"Debug Info Version", i32 3}
!1 = !{i32 7, !"Dwarf Version", i32 5}
!2 = distinct !DICompileUnit(language: DW_LANG_C11, file: !3, producer: "test", isOptimized: true, runtimeVersion: 0, emissionKind: FullDebug)
!3 = !DIFile(filename: "sum.lisp", directory: "/src", source: "(defprog sum (:type :tc)\0A  (let ((task (get-current-task)))\0A    (+ (task-struct-pid task)\0A       (task-struct-tgid task))))\0A")
!4 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!5 = !DICompositeType(tag: DW_TAG_structure_type, name: "task_struct", file: !3, size: 26112, elements: !6)
!6 = !{!7, !8}
!7 = !DIDerivedType(tag: DW_TAG_member, name: "pid", scope: !5, file: !3, baseType: !4, size: 32, offset: 10112)
!8 = !DIDerivedType(tag: DW_TAG_member, name: "tgid", scope: !5, file: !3, baseType: !4, size: 32, offset: 10144)
!9 = !DISubroutineType(types: !11)
!10 = distinct !DISubprogram(name: "sum", scope: !3, file: !3, line: 1, type: !9, scopeLine: 1, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !2, retainedNodes: !13)
!11 = !{!4, !12}
!12 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: null, size: 64)
!13 = !{!14}
!14 = !DILocalVariable(name: "ctx", arg: 1, scope: !10, file: !3, line: 1, type: !12)
!20 = !DILocation(line: 2, column: 16, scope: !10)
!21 = !DILocation(line: 3, column: 8, scope: !10)
!22 = !DILocation(line: 4, column: 8, scope: !10)
!23 = !DILocation(line: 3, column: 5, scope: !10)
)";

const std::string kSumProgram = R"(
define i32 @sum(ptr %ctx) section "tc" !dbg !10 {
  %pid = alloca i32, align 8
  %tgid = alloca i32, align 8
  %task = call i64 inttoptr (i64 35 to ptr)(), !dbg !20
  %base = inttoptr i64 %task to ptr, !dbg !20
  %pid.at = call ptr @llvm.preserve.struct.access.index.p0.p0(ptr elementtype(%record) %base, i32 0, i32 0), !dbg !21, !llvm.preserve.access.index !5
  %pid.failed = call i64 inttoptr (i64 113 to ptr)(ptr %pid, i32 4, ptr %pid.at), !dbg !21
  %tgid.at = call ptr @llvm.preserve.struct.access.index.p0.p0(ptr elementtype(%record) %base, i32 0, i32 1), !dbg !22, !llvm.preserve.access.index !5
  %tgid.failed = call i64 inttoptr (i64 113 to ptr)(ptr %tgid, i32 4, ptr %tgid.at), !dbg !22
  %a = load i32, ptr %pid, align 4, !dbg !21
  %b = load i32, ptr %tgid, align 4, !dbg !22
  %sum = add i32 %a, %b, !dbg !23
  ret i32 %sum, !dbg !23
}
)" + kPreamble;

} // namespace whistler::backend::test
