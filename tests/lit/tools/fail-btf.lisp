; Kernel types that are missing or corrupt are the machine's lack: exit 3.
; RUN: rm -rf %t && mkdir -p %t
; RUN: head -c 4096 /dev/urandom > %t/corrupt.btf
; RUN: sh -c '%whistler compile %s --btf=%t/absent.btf -o %t/x.o; echo status $?' 2>&1 | FileCheck %s --check-prefix=ABSENT
; RUN: sh -c '%whistler compile %s --btf=%t/corrupt.btf -o %t/x.o; echo status $?' 2>&1 | FileCheck %s --check-prefix=CORRUPT
; RUN: sh -c '%whistler btf task-struct --btf=%t/corrupt.btf; echo status $?' 2>&1 | FileCheck %s --check-prefix=CORRUPT
; RUN: not ls %t/x.o

(import-kernel-struct task-struct pid)
(defprog p (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (task-struct-pid (get-current-task)))

; ABSENT: error: {{.*}}absent.btf
; ABSENT: status 3
; CORRUPT: error: {{.*}}corrupt.btf
; CORRUPT: status 3
