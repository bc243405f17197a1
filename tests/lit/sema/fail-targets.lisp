; Sections that name what the kernel's types lack, and types that no loader
; finds by name.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

; KIND: TargetAbsent
; CHECK: fail-targets.lisp:[[# @LINE + 1]]:38: warning: section `tp_btf/sched_swich`: the kernel that this is compiled with has nothing of that name outside of modules; did you mean `sched_switch`?
(defprog one (:type :tp-btf :section "tp_btf/sched_swich") 0)
; CHECK: fail-targets.lisp:[[# @LINE + 1]]:36: warning: section `iter/taskk`
(defprog two (:type :iter :section "iter/taskk") 0)
; CHECK: fail-targets.lisp:[[# @LINE + 1]]:37: warning: section `lsm/file_opn`: {{.*}}; did you mean `file_open`?
(defprog three (:type :lsm :section "lsm/file_opn") 0)
; CHECK: fail-targets.lisp:[[# @LINE + 1]]:39: warning: section `fentry.s/vfs_opne`
(defprog four (:type :fentry :section "fentry.s/vfs_opne") 0)
; CHECK: fail-targets.lisp:[[# @LINE + 1]]:38: warning: section `fexit/vfs_opne`
(defprog five (:type :fexit :section "fexit/vfs_opne") 0)
; CHECK-NOT: warning
(defprog six (:type :fentry :section "fentry/some_module:its_function") 0)
(defprog seven (:type :lsm :section "lsm.s/file_open") 0)
(defprog eight (:type :iter :section "iter/task") 0)
(defprog nine (:type :tp-btf :section "tp_btf/sched_switch") 0)
; With its arguments asked for, it is a mistake, and said once.
(defprog ten (:type :tp-btf :section "tp_btf/sched_swich")
  ; CHECK: fail-targets.lisp:[[# @LINE + 1]]:3: error: section `tp_btf/sched_swich`: this kernel has nothing of that name; did you mean `sched_switch`?
  (arg 0)
  ; CHECK-NOT: warning
  ; KIND: TypeNotComparable
  ; CHECK: fail-targets.lisp:[[# @LINE + 1]]:16: error: `irq-handler-t` is a typedef of a pointer or array: a loader finds structs, unions, enums and integers by name
  (type-exists irq-handler-t))
