;;; profiler: where the CPUs spend their time: samples by process and stack.
;;;
;;;   Type:   perf_event
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/profiler.lisp --duration 5
;;;           sudo bpftool map dump name samples
;;;
;;; Attached to a clock of each CPU, 99 times a second, say, it counts samples
;;; that have the same process and the same two stacks. `stacks` translates the
;;; ids to addresses; /proc/kallsyms and the binaries translate those to names.

(defconstant +frames+ 127)

(defstruct sample
  (pid u32)
  (kernel-stack i32)                    ; negative: none, or lost
  (user-stack i32)
  (comm (array u8 16)))

(defmap stacks :type :stack-trace
  :key-type u32 :value-size 1016 :max-entries 16384) ; 127 frames

(defmap samples :type :hash
  :key-type sample :value-type u64 :max-entries 16384)

(defprog profiler (:type :perf-event :section "perf_event" :license "GPL")
  (let ((pid (>> (get-current-pid-tgid) 32)))
    (when (/= pid 0)                    ; an idle CPU has nothing to show
      (let ((key (make-sample)))
        (setf (sample-pid key) pid
              (sample-kernel-stack key) (get-stackid (ctx-ptr) stacks 0)
              (sample-user-stack key) (get-stackid (ctx-ptr) stacks
                                                   BPF_F_USER_STACK))
        (get-current-comm (sample-comm-ptr key) 16)
        (incf (getmap samples key)))))
  0)
