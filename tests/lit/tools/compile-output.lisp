; Where results go: beside the input by default, to -o, to standard output; one
; per input; none for an input with a mistake, while the others are written.
; RUN: rm -rf %t && mkdir -p %t
; RUN: cp %s %t/one.lisp && cp %s %t/two.lisp
; RUN: sh -c 'echo "(defprog broken" > %t/broken.lisp'
; RUN: sh -c 'cd %t && %whistler compile one.lisp broken.lisp two.lisp; echo status $?' 2>&1 | FileCheck %s --check-prefix=SEVERAL
; RUN: ls %t | FileCheck %s --check-prefix=FILES
; RUN: %whistler compile - -o %t/stdin.o < %s
; RUN: %whistler compile - > %t/stdin2.o < %s
; RUN: cmp %t/stdin.o %t/stdin2.o
; RUN: %whistler compile - < %s | llvm-readelf-19 -h - | FileCheck %s --check-prefix=ELF
; RUN: %whistler compile --emit=ll %s -o - | FileCheck %s --check-prefix=LL
; RUN: %whistler compile --emit=asm %s -o - | FileCheck %s --check-prefix=ASM
; RUN: %whistler compile --emit=lowered %s -o - | FileCheck %s --check-prefix=LOWERED
; RUN: sh -c '%whistler compile %s -o %t/no/such/folder/x.o; echo status $?' 2>&1 | FileCheck %s --check-prefix=NOWHERE
; RUN: %whistler compile %s -o %t/timed.o --time 2>&1 | FileCheck %s --check-prefix=TIME

(defprog pass-all (:type :xdp :license "GPL") 2)

; SEVERAL: broken.lisp:1:1: error:
; SEVERAL: status 1
; FILES-NOT: broken.bpf.o
; FILES: one.bpf.o
; FILES-NOT: broken.bpf.o
; FILES: two.bpf.o
; ELF: Machine: EM_BPF
; LL: define {{.*}}@pass_all
; ASM: pass_all:
; LOWERED: define {{.*}}@pass_all
; NOWHERE: error: {{.*}}no/such/folder
; NOWHERE: status 1
; TIME: ms  optimize
; TIME: ms  total
