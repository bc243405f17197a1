;;; An address space: its sizes in pages and where its parts lie.
(include "include/suite.lisp")

(import-kernel-struct task-struct mm)
(import-kernel-struct mm-struct
  total-vm locked-vm data-vm exec-vm stack-vm start-code end-code start-data
  end-data start-brk brk start-stack arg-start arg-end map-count)

(defstruct memory-event
  (total u64)
  (locked u64)
  (data u64)
  (exec u64)
  (stack u64)
  (code-bytes u64)
  (data-bytes u64)
  (heap-bytes u64)
  (stack-start u64)
  (argument-bytes u64)
  (mappings i64))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe mm-counters (:kprobe "kprobe/do_exit") ((task (get-current-task)))
  (let ((mm (task-struct-mm task)))
    (when mm
      (with-ringbuf (event events memory-event)
        (setf (memory-event-total event) (mm-struct-total-vm mm)
              (memory-event-locked event) (mm-struct-locked-vm mm)
              (memory-event-data event) (mm-struct-data-vm mm)
              (memory-event-exec event) (mm-struct-exec-vm mm)
              (memory-event-stack event) (mm-struct-stack-vm mm)
              (memory-event-code-bytes event)
              (- (mm-struct-end-code mm) (mm-struct-start-code mm))
              (memory-event-data-bytes event)
              (- (mm-struct-end-data mm) (mm-struct-start-data mm))
              (memory-event-heap-bytes event)
              (- (mm-struct-brk mm) (mm-struct-start-brk mm))
              (memory-event-stack-start event) (mm-struct-start-stack mm)
              (memory-event-argument-bytes event)
              (- (mm-struct-arg-end mm) (mm-struct-arg-start mm))
              (memory-event-mappings event) (mm-struct-map-count mm)))))
  0)
