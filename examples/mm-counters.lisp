;;; mm-counters: how much memory each process had when its address space goes.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/mm-counters.lisp
;;;
;;; exit_mmap is called for the last user of an address space, at exit and at
;;; execve. Seven counters of one struct: two or three reads of kernel memory.

(import-kernel-struct mm-struct
  total-vm hiwater-vm hiwater-rss locked-vm data-vm exec-vm stack-vm)

(defstruct mm-event
  (total-pages u64)
  (most-pages u64)                      ; highest address space, where kept
  (most-resident u64)                   ; highest resident set, where kept
  (locked-pages u64)
  (data-pages u64)
  (code-pages u64)
  (stack-pages u64)
  (pid u32)
  (comm (array u8 16)))

(defmap events :type :ringbuf :max-entries 262144)

(defprog mm-counters (:type :kprobe :section "kprobe/exit_mmap"
                      :license "GPL")
  (let ((mm (as-mm-struct (pt-regs-parm1))))
    (with-ringbuf (event events mm-event)
      (fill-process-info event :pid-field mm-event-pid
                               :comm-field mm-event-comm)
      (setf (mm-event-total-pages event) (mm-struct-total-vm mm)
            (mm-event-most-pages event) (mm-struct-hiwater-vm mm)
            (mm-event-most-resident event) (mm-struct-hiwater-rss mm)
            (mm-event-locked-pages event) (mm-struct-locked-vm mm)
            (mm-event-data-pages event) (mm-struct-data-vm mm)
            (mm-event-code-pages event) (mm-struct-exec-vm mm)
            (mm-event-stack-pages event) (mm-struct-stack-vm mm))))
  0)
