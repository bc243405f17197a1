; --report says what became of the reads and what the object contains; as text
; on standard output and as one line of JSON.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s -o %t.o --report --no-core --kernel-reads=fused | FileCheck %s --check-prefix=TEXT
; RUN: %whistler compile %s -o %t.o --report=json --no-core --kernel-reads=fused | %python -m json.tool | FileCheck %s --check-prefix=JSON
; RUN: %whistler compile %s -o %t.o --report --no-core | FileCheck %s --check-prefix=PORTABLE
; RUN: %whistler compile %s -o %t.o --report --no-core --kernel-reads=naive | FileCheck %s --check-prefix=NAIVE

(import-kernel-struct task-struct utime stime)

(defprog both (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let ((task (get-current-task)))
    (+ (task-struct-utime task) (task-struct-stime task))))

; TEXT: compile-report.lisp -> {{.*}}.o, {{[0-9]+}} bytes
; TEXT: program both (kprobe/do_exit): {{[0-9]+}} instructions, 2 helper calls, 1 of them kernel reads
; TEXT: {{[0-9]+}}:{{[0-9]+}}
; PORTABLE: program both (kprobe/do_exit): {{[0-9]+}} instructions, 3 helper calls, 1 of them kernel reads
; PORTABLE: 2 versions, for kernels that can and can't do without helper reads: 2 of 2 reads are direct loads in the best
; PORTABLE: with bpf_get_current_task_btf: read by whistler.kernel.load.task_struct.utime is a direct load through a typed pointer
; PORTABLE: without: 2 reads become one
; JSON: "programs"
; JSON: "kernel_reads": 1
; JSON: "remarks"
; NAIVE: 3 helper calls, 2 of them kernel reads
