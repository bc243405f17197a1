; Arguments, registers, kernel functions and facts.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/arguments.lisp -o %t/a.o 2>>%t/out
; RUN: not %whistler compile %t/functions.lisp -o %t/b.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- arguments.lisp
(defprog a (:type :fentry :section "fentry/vfs_unlink")
  ; KIND: UnknownArgument
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:8: error: `vfs_unlink` has no argument `dentri`; did you mean `dentry`?
  (arg dentri)
  ; KIND: ArgumentOutOfRange
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:8: error: `vfs_unlink` has 4 arguments, counted from 0: there is no 4
  (arg 4)
  ; KIND: NoRegisters
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: `pt-regs-parm1`: a program of type `:fentry` is not given registers
  (pt-regs-parm1)
  ; KIND: NoArguments
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: `retval` has no meaning in a program of type `:fentry`
  (retval))
(defprog b (:type :fentry)
  ; KIND: NoTarget
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:8: error: `dentry`: section `fentry` names nothing to look into; write `:section "fentry/NAME"`
  (arg dentry))
(defprog c (:type :fentry :section "fentry/vfs_unlnk")
  ; KIND: UnknownTarget
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: section `fentry/vfs_unlnk`: this kernel has nothing of that name; did you mean `vfs_unlink`{{.*}}?
  (arg 0))
(defprog d (:type :tp-btf :section "tp_btf/sched_swich")
  ; KIND: UnknownTarget
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: section `tp_btf/sched_swich`: this kernel has nothing of that name; did you mean `sched_switch`?
  (arg prev))
(defprog e (:type :xdp)
  ; KIND: NoArguments
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: `arg` has no meaning in a program of type `:xdp`
  (arg 0)
  ; KIND: NoArguments
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: `syscall-arg` has no meaning in a program of type `:xdp`
  (syscall-arg 0)
  ; KIND: ArgumentOutOfRange
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:16: error: `a system call` has 6 arguments, counted from 0: there is no 6
  (syscall-arg 6))
(defprog f (:type :fexit :section "fexit/dput")
  ; KIND: VoidResult
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: `dput` gives no result
  (retval))

(defprog h (:type :fentry :section "fentry/sock_create")
  ; KIND: UnreadableArgument
  ; CHECK: arguments.lisp:[[# @LINE + 1]]:3: error: `res` is of a type that the kernel does not let programs have
  (arg res))

;--- functions.lisp
(defprog g (:type :tc)
  ; KIND: UnknownKernelFunction
  ; CHECK: functions.lisp:[[# @LINE + 1]]:10: error: this kernel has no function `bpf-task-from-pd`; did you mean {{.*}}`bpf_task_from_pid`
  (kfunc bpf-task-from-pd 1)
  ; KIND: WrongArgumentCount
  ; CHECK: functions.lisp:[[# @LINE + 1]]:3: error: `bpf-task-from-pid` takes 1 argument, not 2
  (kfunc bpf-task-from-pid 1 2)
  ; KIND: KernelFunctionPointer
  ; CHECK: functions.lisp:[[# @LINE + 1]]:27: error: `bpf-task-release` wants a pointer here; `(ktime-get-ns)` is a `u64`
  (kfunc bpf-task-release (ktime-get-ns))
  ; KIND: UnknownKernelFunction
  ; CHECK: functions.lisp:[[# @LINE + 1]]:10: error: this kernel has no function `vfs-unlink` that programs may call
  (kfunc vfs-unlink 0 0 0 0)
  ; KIND: UnsupportedPrototype
  ; CHECK: functions.lisp:[[# @LINE + 1]]:10: error: the prototype of `bpf-rbtree-add-impl` is not one that a program can call
  (kfunc bpf-rbtree-add-impl 0 0 0 0 0)
  ; KIND: AbsentHere
  ; CHECK: functions.lisp:[[# @LINE + 1]]:17: warning: the kernel that this is compiled with has no `no-such-function`
  (kfunc-exists no-such-function)
  ; KIND: AbsentHere
  ; CHECK: functions.lisp:[[# @LINE + 1]]:29: warning: the kernel that this is compiled with has no `no-such-field`
  (field-exists task-struct no-such-field)
  ; KIND: AbsentHere
  ; CHECK: functions.lisp:[[# @LINE + 1]]:16: warning: the kernel that this is compiled with has no `no-such-type`
  (type-exists no-such-type))
