;;; runq-latency: how long tasks wait for a CPU, as a histogram of powers of 2.
;;;
;;;   Type:   tp_btf
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/runq-latency.lisp --duration 5
;;;
;;; A task starts waiting when it is woken up, or when it is taken off the CPU
;;; although it could go on (by sched_yield, of its own accord, does not count);
;;; it stops when the scheduler switches to it. Slot n of `latency` counts the
;;; waits of 2^n up to 2^(n+1) microseconds.

(import-kernel-struct task-struct pid)

(defconstant +slots+ 32)

(defmap woken-at :type :lru-hash
  :key-type u32 :value-type u64 :max-entries 16384)

(defmap latency :type :array
  :key-type u32 :value-type u64 :max-entries 32)

(defmacro start-waiting (task)
  `(let ((pid (task-struct-pid ,task)))
     (when (/= pid 0)                   ; the idle task never waits
       (setf (getmap woken-at pid) (ktime-get-ns)))))

(defprog task-woken (:type :tp-btf :section "tp_btf/sched_wakeup"
                     :license "GPL")
  (start-waiting (as-task-struct (arg 0)))
  0)

(defprog task-born (:type :tp-btf :section "tp_btf/sched_wakeup_new"
                    :license "GPL")
  (start-waiting (as-task-struct (arg 0)))
  0)

;; sched_switch (preempted, previous, next): a preempted task is still
;; runnable, so it queues up at once.
(defprog task-switched (:type :tp-btf :section "tp_btf/sched_switch"
                        :license "GPL")
  (when (logand (arg 0) 1)
    (start-waiting (as-task-struct (arg 1))))
  (let ((pid (task-struct-pid (as-task-struct (arg 2)))))
    (when-let (since (map-lookup woken-at pid))
      (let* ((waited (/ (- (ktime-get-ns) (load u64 since)) 1000))
             (slot (min (log2 waited) (- +slots+ 1))))
        (incf (getmap latency slot)))
      (map-delete woken-at pid)))
  0)
