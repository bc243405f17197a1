;;; oom-kill: which process the kernel kills when memory runs out, and who
;;; asked for the memory that was not there.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/oom-kill.lisp
;;;           systemd-run --scope -p MemoryMax=20M tail /dev/zero

(import-kernel-struct oom-control totalpages order chosen chosen-points)
(import-kernel-struct task-struct tgid comm mm)
(import-kernel-struct mm-struct total-vm)

(defstruct oom-event
  (total-pages u64)                     ; of the machine, or of the cgroup
  (victim-pages u64)                    ; address space of the victim
  (badness i64)                         ; the score that made it the victim
  (order i32)                           ; log2 of the pages asked for
  (victim u32)
  (pid u32)
  (victim-comm (array u8 16))
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 16384)

;; oom_kill_process (control, message)
(defprog oom-kill (:type :kprobe :section "kprobe/oom_kill_process"
                   :license "GPL")
  (let* ((control (as-oom-control (pt-regs-parm1)))
         (victim (oom-control-chosen control)))
    (with-ringbuf (event events oom-event)
      (fill-process-info event :pid-field oom-event-pid
                               :comm-field oom-event-comm)
      (setf (oom-event-total-pages event) (oom-control-totalpages control)
            (oom-event-order event) (oom-control-order control)
            (oom-event-badness event) (oom-control-chosen-points control)
            (oom-event-victim event) (task-struct-tgid victim)
            (oom-event-victim-comm event) (task-struct-comm victim)
            (oom-event-victim-pages event)
            (mm-struct-total-vm (task-struct-mm victim)))))
  0)
