; A pointer that is only compared with another is compared as it is; one that
; is also shifted becomes a number first, on every CPU level.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s --kernel-reads=direct --no-core -o %t.o
; RUN: %whistler disasm %t.o | FileCheck %s
; RUN: %whistler compile %s --kernel-reads=direct --mcpu=v1 --no-core -o %t.v1.o
; RUN: %whistler disasm %t.v1.o | FileCheck %s
(import-kernel-struct task-struct real-parent parent group-leader)

(defglobal seen u64)

; CHECK-LABEL: {{^}}same (
; CHECK-NOT: = -r
; CHECK: if r{{[0-9]}} {{[!=]}}= r{{[0-9]}} goto
; CHECK-NOT: = -r
; CHECK: exit
(defprog same (:type :kprobe :section "kprobe/do_exit")
  (let ((task (get-current-task)))
    (when (= (task-struct-real-parent task) (task-struct-parent task))
      (incf seen)))
  0)

; CHECK-LABEL: {{^}}shifted (
; CHECK: r[[P:[0-9]]] = -r[[P]]
; CHECK: r[[P]] = -r[[P]]
; CHECK: exit
(defprog shifted (:type :kprobe :section "kprobe/do_exit")
  (let* ((task (get-current-task)) (parent (task-struct-real-parent task)))
    (when (= parent (task-struct-group-leader task))
      (setf seen (>> parent 12))))
  0)
