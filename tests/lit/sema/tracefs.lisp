; Events that BTF does not describe: from format files, here a copy of some; and
; what is said when there is none.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --tracefs=%S/Inputs/tracefs --emit=lowered -o - | FileCheck %s
; RUN: sed 's/-openat/-opnat/' %s > %t.lisp
; RUN: not %whistler compile %t.lisp --tracefs=%S/Inputs/tracefs -o %t.o 2>&1 | FileCheck %s --check-prefix=EVENT
; RUN: rm -rf %t.events && mkdir -p %t.events/events/sched %t.none
; RUN: not %whistler compile %s --tracefs=%t.events -o %t.o 2>&1 | FileCheck %s --check-prefix=CATEGORY
; RUN: not %whistler compile %s --tracefs=%t.none -o %t.o 2>&1 | FileCheck %s --check-prefix=NONE
; RUN: %whistler gen %s --tracefs=%S/Inputs/tracefs --lang=c -o %t.h

; EVENT: error: unknown tracepoint `syscalls/sys-enter-opnat`: {{.*}}; did you mean `syscalls/sys_enter_openat`?
; EVENT-NOT: note
; KIND: NoTracepointCategory
; CATEGORY: error: unknown tracepoint `syscalls/sys-enter-openat`
; CATEGORY: note: `{{.*}}/events` has no category `syscalls`: this kernel is built without CONFIG_FTRACE_SYSCALLS
; KIND: NoTracefs
; NONE: error: unknown tracepoint `syscalls/sys-enter-openat`
; NONE: note: there is no `{{.*}}/events` that can be read; as root, `mount -t tracefs tracefs /sys/kernel/tracing`, or name a copy of another machine's with `--tracefs=DIR`

(deftracepoint syscalls/sys-enter-openat)
; CHECK-LABEL: define {{.*}}@opens(
; CHECK: @whistler.context.load.i64(ptr {{.*}}, i64 16)
; CHECK: @whistler.context.load.i64(ptr {{.*}}, i64 24)
; CHECK: @whistler.context.load.i32(ptr {{.*}}, i64 8)
(defprog opens (:type :tracepoint :section "tracepoint/syscalls/sys_enter_openat")
  (+ (tp-dfd) (tp-filename) (tp---syscall-nr)))
