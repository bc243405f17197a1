; Words of a context that hold typed pointers, taken by number: for the
; verifier they may be null, and no offset may be added to one before a test.
(import-kernel-struct task-struct pid real-parent)
(defmap out :type :array :key-type u32 :value-type u64 :max-entries 4)

(defprog by_accessor (:type :iter :section "iter/task")
  (setf (getmap out 0) (task-struct-pid (as-task-struct (ctx u64 8))))
  0)

(defprog after_test (:type :iter :section "iter/task")
  (let ((task (ctx u64 8)))
    (when task
      (setf (getmap out 0)
            (task-struct-pid (task-struct-real-parent (as-task-struct task))))))
  0)

(defprog by_number (:type :iter :section "iter/task")
  (setf (getmap out 1) (kernel-load u64 (+ (ctx u64 8) 16) 8))
  0)

(defprog as_number (:type :tp-btf :section "tp_btf/sched_pi_setprio")
  (setf (getmap out 2) (logxor (ctx u64 8) (<< (ctx u64 0) 3)))
  0)

(defprog kept (:type :tp-btf :section "tp_btf/sched_pi_setprio")
  (let ((task (ctx u64 8)) (times 0))
    (dotimes (i 4)
      (when (= i 2)
        (setf task (task-struct-real-parent (as-task-struct task))))
      (incf times (task-struct-pid (as-task-struct task))))
    (setf (getmap out 3) (+ task times)))
  0)
