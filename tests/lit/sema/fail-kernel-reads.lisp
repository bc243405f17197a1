; A pointer keeps its struct through `let` and nested reads.
; REQUIRES: kernel-btf
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

(import-kernel-struct task-struct pid tgid comm mm real-parent)
(import-kernel-struct mm-struct exe-file total-vm)
(import-kernel-struct file f-inode)
(defprog p (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let* ((task (get-current-task))
         (mm (task-struct-mm task)))
    ; KIND: WrongPointerType
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:5: error: `task-struct-pid` wants a `(ptr task-struct)`, this is a `(ptr mm-struct)`; write `(as-task-struct p)` if it is meant
    (task-struct-pid mm)
    (let ((other mm))
      ; KIND: WrongPointerType
      ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:12: error: `task-struct-tgid` wants a `(ptr task-struct)`, this is a `(ptr mm-struct)`; write `(as-task-struct p)` if it is meant
      (+ 1 (task-struct-tgid other)))
    ; KIND: WrongPointerType
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:5: error: `file-f-inode` wants a `(ptr file)`, this is a `(ptr mm-struct)`; write `(as-file p)` if it is meant
    (file-f-inode (task-struct-mm (task-struct-real-parent task)))
    ; KIND: WrongPointerType
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:5: error: `mm-struct-exe-file` wants a `(ptr mm-struct)`, this is a `(ptr task-struct)`; write `(as-mm-struct p)` if it is meant
    (mm-struct-exe-file task)
    ; KIND: KernelMemoryStore
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:11: error: `(task-struct-pid task)` is not memory of the program: it cannot be stored to
    (setf (task-struct-pid task) 1)
    ; KIND: NotAnAddress
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:22: error: `(cast u32 5)` is a `u32`, too narrow for an address
    (task-struct-pid (cast u32 5))
    ; KIND: IndexOutOfRange
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:28: error: index 16 is outside of `comm`, which has 16 elements
    (task-struct-comm task 16)
    ; KIND: WrongArgumentCount
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:5: error: `task-struct-pid` takes 1 to 2 arguments, not 3
    (task-struct-pid task 1 2)
    ; KIND: AddressSum
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:5: error: a `(ptr task-struct)` and a `(ptr mm-struct)` cannot be added
    (+ task mm)
    ; KIND: KernelMemoryStore
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:17: error: `task` is not memory of the program: it cannot be stored to
    (atomic-add task 0 1)
    ; KIND: KernelMemoryStore
    ; CHECK: fail-kernel-reads.lisp:[[# @LINE + 1]]:16: error: `task` is not memory of the program: it cannot be stored to
    (store u32 task 0 1)
    0))
