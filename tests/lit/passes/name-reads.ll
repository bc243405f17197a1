; The reads of a function keep the names that they have in the source while
; LLVM merges them, and each says what became of it.
; RUN: %opt -passes='whistler-name-reads,whistler-follow-reads' -pass-remarks=whistler -S %s | FileCheck %s
; RUN: %opt -passes='whistler-name-reads,function(sroa,early-cse<memssa>,simplifycfg<hoist-common-insts>,gvn,adce),whistler-follow-reads' -pass-remarks=whistler -S %s 2>%t.remarks | FileCheck %s --check-prefix=MERGED
; RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks
; Without a listener nothing is named.
; RUN: %opt -passes='whistler-name-reads,whistler-follow-reads' -S %s | FileCheck %s --check-prefix=SILENT

; SILENT-NOT: whistler.origin

; The base is named by the variable it is in, by the read that gives it, or by
; the record that it is taken for.
; CHECK-LABEL: @names(
; CHECK: @whistler.kernel.load.task_struct.pid({{.*}} !whistler.origin ![[VARIABLE:[0-9]+]]
; CHECK: @whistler.kernel.load.task_struct.real_parent({{.*}} !whistler.origin ![[PARENT:[0-9]+]]
; CHECK: @whistler.kernel.load.task_struct.tgid({{.*}} !whistler.origin ![[CHAIN:[0-9]+]]
; CHECK: @whistler.kernel.load.task_struct.pid({{.*}} !whistler.origin ![[RECORD:[0-9]+]]
; CHECK: @whistler.kernel.load.i32({{.*}} !whistler.origin ![[NUMBER:[0-9]+]]
define i32 @names(i64 %0) {
  %t = alloca ptr, align 8
  %address = inttoptr i64 %0 to ptr
  store ptr %address, ptr %t
  %task = load ptr, ptr %t
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task)
  %parent = call ptr @whistler.kernel.load.task_struct.real_parent(ptr %task)
  %tgid = call i32 @whistler.kernel.load.task_struct.tgid(ptr %parent)
  %other = call i32 @whistler.kernel.load.task_struct.pid(ptr %address)
  %number = call i32 @whistler.kernel.load.i32(ptr %task, i64 8)
  %a = add i32 %pid, %tgid
  %b = add i32 %a, %other
  %c = add i32 %b, %number
  ret i32 %c
}

; MERGED-LABEL: @merged(
; MERGED: call i32 @whistler.kernel.load.task_struct.pid(ptr %task){{.*}} !whistler.origin
; MERGED-NOT: whistler.kernel.load
; MERGED: ret
; REMARK: task_struct->pid: one read with t->pid at line 0
; REMARK: name-reads.ll:12:3: task->pid: equal to the read at line 11
; REMARK: name-reads.ll:13:3: task->tgid: not read: its value is not used
define i32 @merged(ptr %task) !dbg !20 {
  %pid = call i32 @whistler.kernel.load.task_struct.pid(ptr %task), !dbg !21
  %again = call i32 @whistler.kernel.load.task_struct.pid(ptr %task), !dbg !22
  %unused = call i32 @whistler.kernel.load.task_struct.tgid(ptr %task), !dbg !23
  %sum = add i32 %pid, %again, !dbg !22
  ret i32 %sum, !dbg !22
}

; Both arms have it: the one that is left is the first of the source.
; MERGED-LABEL: @arms(
; MERGED: call i32 @whistler.kernel.load.task_struct.pid(ptr %task){{.*}} !whistler.origin
; MERGED-NOT: whistler.kernel.load
; MERGED: ret
; REMARK: name-reads.ll:32:3: task->pid: equal to the read at line 31
define i32 @arms(ptr %task, i1 %c) !dbg !30 {
  br i1 %c, label %then, label %else
then:
  %a = call i32 @whistler.kernel.load.task_struct.pid(ptr %task), !dbg !31
  %more = add i32 %a, 1
  br label %end
else:
  %b = call i32 @whistler.kernel.load.task_struct.pid(ptr %task), !dbg !32
  %less = sub i32 %b, 7
  br label %end
end:
  %result = phi i32 [ %more, %then ], [ %less, %else ]
  ret i32 %result, !dbg !32
}

; CHECK-DAG: ![[VARIABLE]] = !{i64 0, i64 0, i64 0, !"t->pid", i64 4, i64 6}
; CHECK-DAG: ![[PARENT]] = !{i64 1, i64 0, i64 0, !"t->real_parent", i64 8, i64 6}
; CHECK-DAG: ![[CHAIN]] = !{i64 2, i64 0, i64 0, !"t->real_parent->tgid", i64 4, i64 6}
; CHECK-DAG: ![[RECORD]] = !{i64 3, i64 0, i64 0, !"task_struct->pid", i64 4, i64 6}
; CHECK-DAG: ![[NUMBER]] = !{i64 4, i64 0, i64 0, !"t+8", i64 4, i64 6}

declare !whistler.field !1 i32 @whistler.kernel.load.task_struct.pid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !3 i32 @whistler.kernel.load.task_struct.tgid(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare !whistler.field !5 ptr @whistler.kernel.load.task_struct.real_parent(ptr) nounwind willreturn nosync nofree memory(inaccessiblemem: read)
declare i32 @whistler.kernel.load.i32(ptr, i64) nounwind willreturn nosync nofree memory(inaccessiblemem: read)

!llvm.dbg.cu = !{!10}
!llvm.module.flags = !{!12}

!1 = !{!"signed integer", i32 4, !"", !2}
!2 = !{!"struct task_struct", i64 9792, !"pid", i64 10112}
!3 = !{!"signed integer", i32 4, !"", !4}
!4 = !{!"struct task_struct", i64 9792, !"tgid", i64 10144}
!5 = !{!"pointer", i32 8, !"task_struct", !6}
!6 = !{!"struct task_struct", i64 9792, !"real_parent", i64 10240}
!10 = distinct !DICompileUnit(language: DW_LANG_C, file: !11, emissionKind: FullDebug)
!11 = !DIFile(filename: "name-reads.ll", directory: "/")
!12 = !{i32 2, !"Debug Info Version", i32 3}
!20 = distinct !DISubprogram(name: "merged", file: !11, line: 10, type: !24, unit: !10, spFlags: DISPFlagDefinition)
!21 = !DILocation(line: 11, column: 3, scope: !20)
!22 = !DILocation(line: 12, column: 3, scope: !20)
!23 = !DILocation(line: 13, column: 3, scope: !20)
!24 = !DISubroutineType(types: !25)
!25 = !{null}
!30 = distinct !DISubprogram(name: "arms", file: !11, line: 30, type: !24, unit: !10, spFlags: DISPFlagDefinition)
!31 = !DILocation(line: 31, column: 3, scope: !30)
!32 = !DILocation(line: 32, column: 3, scope: !30)
