;;; syscall-count: system calls by number, counted on each CPU by itself.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/syscall-count.lisp --duration 5
;;;           ausyscall 257        # what number 257 is called
;;;
;;; Every system call of the machine passes here. A per-CPU map needs neither
;;; locks nor atomic instructions: each CPU has its own copy of the array, and
;;; the reader adds them up.

(defconstant +calls+ 512)               ; more than any architecture has today

(defmap calls :type :percpu-array
  :key-type u32 :value-type u64 :max-entries 512)

;; sys_enter (registers, number)
(defprog syscall-count (:type :raw-tracepoint :section "raw_tp/sys_enter"
                        :license "GPL")
  ;; An index beyond the array finds nothing, -1 (a call that seccomp or a
  ;; debugger cancelled) included: the null test is the bounds check.
  (when-let (count (map-lookup calls (arg 1)))
    (store u64 count 0 (1+ (load u64 count))))
  0)
