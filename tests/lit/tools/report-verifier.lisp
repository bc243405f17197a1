; The instructions that --report says are left of a program are those that the
; running kernel's verifier leaves, where it puts in none of its own.
; REQUIRES: kernel-btf, root
; RUN: %whistler compile %s -o %t.o --report=json > %t.report
; RUN: %whistler verify %t.o --json > %t.verify
; RUN: %python %S/Inputs/check_left.py %t.report %t.verify
; RUN: %whistler compile %s -o %t.o --report=json --kernel-reads=fused > %t.report
; RUN: %whistler verify %t.o --json > %t.verify
; RUN: %python %S/Inputs/check_left.py %t.report %t.verify

(import-kernel-struct task-struct utime stime pid tgid mm real-parent)
(import-kernel-struct mm-struct total-vm)

(defprog chase (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let* ((task (get-current-task))
         (parent (task-struct-real-parent task)))
    (+ (task-struct-utime task)
       (task-struct-stime parent)
       (task-struct-utime parent)
       (task-struct-tgid parent)
       (mm-struct-total-vm (task-struct-mm task)))))

(defprog branches (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let ((task (get-current-task)))
    (if (> (task-struct-pid task) 1)
        (task-struct-utime task)
        (+ (task-struct-stime task) (task-struct-utime task)))))
