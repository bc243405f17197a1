; --report: every way in which a read may be done, and why it is not done better.
; REQUIRES: kernel-btf
; RUN: %whistler compile %s -o %t.o --report --kernel-reads=fused | FileCheck %s --check-prefix=FUSED
; RUN: %whistler compile %s -o %t.o --report --kernel-reads=direct | FileCheck %s --check-prefix=DIRECT
; RUN: %whistler compile %s -o %t.o --report=json | %python %S/Inputs/check_report.py

(import-kernel-struct task-struct
  real-parent pid tgid comm start-time in-execve nvcsw nivcsw)

(defstruct event
  (pid u32)
  (comm (array u8 16))
  (nvcsw u64)
  (nivcsw u64))
(defmap events :type :ringbuf :max-entries 4096)

(defprog walk (:type :kprobe :section "kprobe/do_exit" :license "GPL")
  (let ((task (get-current-task)) (sum 0))
    (dotimes (i 8)
      (incf sum (task-struct-start-time task)))
    (let ((task (task-struct-real-parent task)))
      (if (> sum 100)
          (incf sum (task-struct-tgid task))
          (decf sum (task-struct-tgid task)))
      (volatile (task-struct-pid task))
      (incf sum (task-struct-in-execve task))
      (with-ringbuf (event events event)
        (setf (event-comm event) (task-struct-comm task))
        (setf (event-nvcsw event) (task-struct-nvcsw task))
        (setf (event-nivcsw event) (task-struct-nivcsw task))
        (setf (event-pid event) (kernel-load u32 task 8))))
    (task-struct-pid (get-current-task))
    sum))

; FUSED: report-ways.lisp:20 {{.*}} task->start_time  single read of 8 bytes; moved before the loop
; FUSED: report-ways.lisp:21 {{.*}} task->real_parent
; FUSED: report-ways.lisp:23 {{.*}} task->tgid        single read of 4 bytes; moved before the branch
; FUSED: report-ways.lisp:24 {{.*}} 0.0 {{.*}} task->tgid        equal to the read at line 23
; FUSED: report-ways.lisp:25 {{.*}} task->pid         single read of 4 bytes; alone: it is volatile
; FUSED: report-ways.lisp:26 {{.*}} task->in_execve   single read of 4 bytes, shifted; alone: it is a bitfield or has no fixed offset
; FUSED: report-ways.lisp:28 {{.*}} task->comm        single read of 16 bytes, in place
; FUSED: report-ways.lisp:29 {{.*}} task->nvcsw       window of 16 bytes, in place, with task->nivcsw
; FUSED: report-ways.lisp:30 {{.*}} task->nivcsw      in the window of line 29
; FUSED: report-ways.lisp:31 {{.*}} task+8            single read of 4 bytes, in place
; FUSED: report-ways.lisp:32 {{.*}} current->pid      not read: its value is not used

; DIRECT: report-ways.lisp:26 {{.*}} task->in_execve   direct load{{.*}}, shifted
; DIRECT: report-ways.lisp:28 {{.*}} task->comm        {{[0-9]}} direct loads
; DIRECT: report-ways.lisp:31 {{.*}} task+8            direct load through bpf_rdonly_cast
