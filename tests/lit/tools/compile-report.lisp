; --report says line by line what became of the reads, what that takes by the
; model, and what the object contains; as text on standard output and as one
; line of JSON that agrees with itself.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s -o %t.o --report | FileCheck %s --check-prefix=PORTABLE --strict-whitespace --match-full-lines
; RUN: %whistler compile %s -o %t.o --report --kernel-reads=fused | FileCheck %s --check-prefix=FUSED --strict-whitespace --match-full-lines
; RUN: %whistler compile %s -o %t.o --report --kernel-reads=naive | FileCheck %s --check-prefix=NAIVE --strict-whitespace --match-full-lines
; RUN: %whistler compile %s -o %t.o --report -O0 | FileCheck %s --check-prefix=O0 --strict-whitespace --match-full-lines
; RUN: %whistler compile %s -o %t.o --report --target-kernel=6.1 | FileCheck %s --check-prefix=TARGET
; RUN: %whistler compile %s -o %t.o --report=json | %python -m json.tool | FileCheck %s --check-prefix=JSON
; RUN: %whistler compile %s -o %t.o --report=json | %python %S/Inputs/check_report.py | FileCheck %s --check-prefix=LINES
; RUN: %whistler compile %s -o %t.o --report=json --kernel-reads=fused --no-core | %python %S/Inputs/check_report.py
; RUN: %whistler compile %s -o %t.o --report=json -O0 | %python %S/Inputs/check_report.py

(import-kernel-struct task-struct utime stime pid comm)

(defprog both (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let ((task (get-current-task)))
    (+ (task-struct-utime task)
       (task-struct-stime task)
       (task-struct-pid task)
       (task-struct-utime task))))

; A program without reads has no table.
(defprog none (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  0)

; PORTABLE:{{.*}}compile-report.lisp -> {{.*}} bytes
; PORTABLE-NEXT:program both (kprobe/do_exit): 47 instructions, 6 helper calls, 3 of them kernel reads, 16 bytes of stack
; PORTABLE-NEXT:     17:0   2 versions, for kernels that can and can't do without helper reads: 3 of 3 reads are direct loads in the best
; PORTABLE-NEXT:                             ns                insns         stack
; PORTABLE-NEXT:  line                    naive  5.11+  older  5.11+  older  5.11+  older  read         became
; PORTABLE-NEXT:  compile-report.lisp:19   23.5    0.9   26.0      3     10      0     16  task->utime  5.11+: direct load
; PORTABLE-NEXT:                                                                                        older: window of 16 bytes with task->stime
; PORTABLE-NEXT:  compile-report.lisp:20   23.5    0.9    0.0      1      3      0      0  task->stime  5.11+: direct load
; PORTABLE-NEXT:                                                                                        older: in the window of line 19
; PORTABLE-NEXT:  compile-report.lisp:21   23.5    0.9    6.0      1      1      0      0  task->pid    5.11+: direct load
; PORTABLE-NEXT:                                                                                        older: from bpf_get_current_pid_tgid (helper 14)
; PORTABLE-NEXT:  compile-report.lisp:22   23.5    0.0    0.0      0      0      0      0  task->utime  equal to the read at line 19
; PORTABLE-NEXT:  program                  94.0    2.7   32.0     10     18      0     16
; PORTABLE-NEXT:program none (kprobe/do_exit): 2 instructions, 0 helper calls, 0 of them kernel reads, 0 bytes of stack
; PORTABLE-NEXT:ns: a model, not a measurement: what a line's reads take each time it runs, by
; PORTABLE-NEXT:    the table of `whistler calibrate`. naive: one helper call for each read.
; PORTABLE-NEXT:insns: what such a kernel leaves of the line, or program, once it is loaded, laid
; PORTABLE-NEXT:    out as the build host's. stack: bytes of the line's largest buffer, or the frame.
; FUSED:{{.*}}compile-report.lisp -> {{.*}} bytes
; FUSED-NEXT:program both (kprobe/do_exit): 36 instructions, 5 helper calls, 3 of them kernel reads, 16 bytes of stack
; FUSED-NEXT:                             ns         insns  stack
; FUSED-NEXT:  line                    naive  fused  fused  fused  read         became
; FUSED-NEXT:  compile-report.lisp:19   23.5   26.0     10     16  task->utime  window of 16 bytes with task->stime
; FUSED-NEXT:  compile-report.lisp:20   23.5    0.0      3      0  task->stime  in the window of line 19
; FUSED-NEXT:  compile-report.lisp:21   23.5    6.0      1      0  task->pid    from bpf_get_current_pid_tgid (helper 14)
; FUSED-NEXT:  compile-report.lisp:22   23.5    0.0      0      0  task->utime  equal to the read at line 19
; FUSED-NEXT:  program                  94.0   32.0     17     16
; FUSED-NEXT:program none (kprobe/do_exit): 2 instructions, 0 helper calls, 0 of them kernel reads, 0 bytes of stack
; FUSED-NEXT:ns: a model, not a measurement: what a line's reads take each time it runs, by
; FUSED-NEXT:    the table of `whistler calibrate`. naive: one helper call for each read.
; FUSED-NEXT:insns: what such a kernel leaves of the line, or program, once it is loaded, laid
; FUSED-NEXT:    out as the build host's. stack: bytes of the line's largest buffer, or the frame.
; NAIVE:{{.*}}compile-report.lisp -> {{.*}} bytes
; NAIVE-NEXT:program both (kprobe/do_exit): 35 instructions, 5 helper calls, 4 of them kernel reads, 16 bytes of stack
; NAIVE-NEXT:                             ns  insns  stack
; NAIVE-NEXT:  line                    naive  naive  naive  read         became
; NAIVE-NEXT:  compile-report.lisp:19   23.5     13      8  task->utime  single read of 8 bytes
; NAIVE-NEXT:  compile-report.lisp:20   23.5      7      8  task->stime  single read of 8 bytes
; NAIVE-NEXT:  compile-report.lisp:21   23.5      6      8  task->pid    single read of 4 bytes
; NAIVE-NEXT:  compile-report.lisp:22   23.5      5      8  task->utime  single read of 8 bytes
; NAIVE-NEXT:  program                  94.0     35     16
; NAIVE-NEXT:program none (kprobe/do_exit): 2 instructions, 0 helper calls, 0 of them kernel reads, 0 bytes of stack
; NAIVE-NEXT:ns: a model, not a measurement: what a line's reads take each time it runs, by
; NAIVE-NEXT:    the table of `whistler calibrate`. naive: one helper call for each read.
; NAIVE-NEXT:insns: what such a kernel leaves of the line, or program, once it is loaded, laid
; NAIVE-NEXT:    out as the build host's. stack: bytes of the line's largest buffer, or the frame.
; O0:{{.*}}compile-report.lisp -> {{.*}} bytes
; O0-NEXT:program both (kprobe/do_exit): 35 instructions, 5 helper calls, 4 of them kernel reads, 16 bytes of stack
; O0-NEXT:                             ns  insns  stack
; O0-NEXT:  line                    naive  naive  naive  read         became
; O0-NEXT:  compile-report.lisp:19   23.5     13      8  task->utime  single read of 8 bytes
; O0-NEXT:  compile-report.lisp:20   23.5      6      8  task->stime  single read of 8 bytes
; O0-NEXT:  compile-report.lisp:21   23.5      7      8  task->pid    single read of 4 bytes
; O0-NEXT:  compile-report.lisp:22   23.5      5      8  task->utime  single read of 8 bytes
; O0-NEXT:  program                  94.0     35     16
; O0-NEXT:program none (kprobe/do_exit): 2 instructions, 0 helper calls, 0 of them kernel reads, 0 bytes of stack
; O0-NEXT:ns: a model, not a measurement: what a line's reads take each time it runs, by
; O0-NEXT:    the table of `whistler calibrate`. naive: one helper call for each read.
; O0-NEXT:insns: what such a kernel leaves of the line, or program, once it is loaded, laid
; O0-NEXT:    out as the build host's. stack: bytes of the line's largest buffer, or the frame.
; TARGET: line        naive  6.1+  6.1+  6.1+  read         became
; JSON: "lines": [
; JSON: "mode": "portable",
; JSON: "model": "ns are estimated by the cost table, each time a line runs: a model, not a measurement
; JSON: "programs": [
; JSON: "kernel_reads":
; JSON: "remarks": [
; JSON: "totals": [
; LINES: 19:{{[0-9]+}} task->utime 5.11+ direct
; LINES-NEXT: 19:{{[0-9]+}} task->utime older window
; LINES-NEXT: 20:{{[0-9]+}} task->stime 5.11+ direct
; LINES-NEXT: 20:{{[0-9]+}} task->stime older window
; LINES-NEXT: 21:{{[0-9]+}} task->pid 5.11+ direct
; LINES-NEXT: 21:{{[0-9]+}} task->pid older ids
; LINES-NEXT: 22:{{[0-9]+}} task->utime 5.11+,older merged
