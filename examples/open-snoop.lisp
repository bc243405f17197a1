;;; open-snoop: every file that is opened, by whom, and what came of it.
;;;
;;;   Type:   tracepoint
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/open-snoop.lisp
;;;
;;; The name is known when the system call is entered, the descriptor or error
;;; when it is left. The first program keeps the address of the name under the
;;; thread's id; the second finds it there, copies the name, which is in memory
;;; by then since the kernel has just read it, and writes the record.

(defstruct open-event
  (pid u32)
  (result i32)                          ; a descriptor, or minus an errno
  (flags u32)
  (uid u32)
  (comm (array u8 16))
  (path (array u8 128)))

(defstruct request
  (path u64)
  (flags u64))

;; Threads inside openat at this moment. An LRU map forgets the threads that
;; were killed in between.
(defmap pending :type :lru-hash
  :key-type u64 :value-type request :max-entries 8192)

(defmap events :type :ringbuf :max-entries 262144)

;; What the system call tracepoints hand over: 8 bytes that all tracepoints
;; share, the number of the call, then either its arguments or its result.
(defmacro entry-argument (n) `(ctx u64 ,(+ 16 (* 8 n))))
(defmacro exit-result () `(ctx i64 16))

(defprog open-enter (:type :tracepoint
                     :section "tracepoint/syscalls/sys_enter_openat"
                     :license "GPL")
  (let ((fresh (make-request)))
    (setf (request-path fresh) (entry-argument 1)
          (request-flags fresh) (entry-argument 2))
    (map-update pending (get-current-pid-tgid) fresh BPF_ANY))
  0)

(defprog open-exit (:type :tracepoint
                    :section "tracepoint/syscalls/sys_exit_openat"
                    :license "GPL")
  (let ((thread (get-current-pid-tgid)))
    (when-let (started (map-lookup pending thread))
      (with-ringbuf (event events open-event)
        (fill-process-info event :pid-field open-event-pid
                                 :uid-field open-event-uid
                                 :comm-field open-event-comm)
        (setf (open-event-result event) (exit-result)
              (open-event-flags event) (request-flags started))
        (probe-read-user-str (open-event-path-ptr event) 128
                             (request-path started)))
      (map-delete pending thread)))
  0)
