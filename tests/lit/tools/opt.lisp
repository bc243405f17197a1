; whistler-opt over a probe: it starts from the lowered IR, runs what it is
; told, and counts.
; REQUIRES: kernel-btf
; RUN: %whistler-opt %s | FileCheck %s --check-prefix=LOWERED
; RUN: %whistler-opt %s --passes=whistler-o2 --verify-each --stats 2>&1 | FileCheck %s --check-prefix=STATS
; RUN: %whistler-opt %s -o %t.bc && %whistler-opt %t.bc -S | FileCheck %s --check-prefix=LOWERED
; RUN: %whistler-opt %s --passes='whistler-o2,default<O2>' -o %t.o && %whistler disasm %t.o | FileCheck %s --check-prefix=DISASM
; RUN: sh -c '%whistler-opt %s --passes=no-such-pass; echo status $?' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
; RUN: %whistler-opt --print-passes | FileCheck %s --check-prefix=NAMES

(import-kernel-struct task-struct pid)

(defprog own-pid (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (task-struct-pid (get-current-task)))

; LOWERED: define {{.*}}@own_pid
; LOWERED: call i32 @whistler.kernel.load.task_struct.pid(
; STATS: before   after
; STATS: 1       0  whistler.kernel.load.task_struct.pid
; DISASM: own_pid
; UNKNOWN: error: unknown pass name 'no-such-pass'
; UNKNOWN: status 1
; NAMES: Whistler's passes:
; NAMES: whistler-fuse-kernel-reads
; NAMES: whistler-o2
; NAMES: LLVM's, of every kind:
