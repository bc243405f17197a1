;;; syscall-errors: failing system calls, by program, call and errno.
;;;
;;;   Type:   raw_tp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/syscall-errors.lisp --duration 10
;;;
;;; What a program tries in vain, sometimes a thousand times a second, shows
;;; up here first: libraries sought along a long path, files that were
;;; removed, sockets that would block.

(import-kernel-struct pt-regs orig-ax)

(defstruct failure
  (call u32)
  (errno u32)
  (comm (array u8 16)))

(defmap failures :type :lru-hash
  :key-type failure :value-type u64 :max-entries 10240)

;; sys_exit (registers, result)
(defprog syscall-errors (:type :raw-tracepoint :section "raw_tp/sys_exit"
                         :license "GPL")
  (let ((result (cast i64 (arg 1))))
    ;; Results from -4095 to -1 are errors; other negative values are addresses.
    (when (and (< result 0) (>= result -4095))
      (let ((key (make-failure)))
        (setf (failure-call key) (pt-regs-orig-ax (as-pt-regs (arg 0)))
              (failure-errno key) (- result))
        (get-current-comm (failure-comm-ptr key) 16)
        (incf (getmap failures key)))))
  0)
