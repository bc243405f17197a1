;;; Runs under BPF_PROG_TEST_RUN; the same reads as bench/probes/k5.lisp, of
;;; the socket behind the current process's file descriptor `inputs[0]`.
(import-kernel-struct task-struct files)
(import-kernel-struct files-struct fdt)
(import-kernel-struct fdtable fd)
(import-kernel-struct file private-data)
(import-kernel-struct socket sk)
(import-kernel-struct sock-common
  skc-daddr skc-rcv-saddr skc-dport skc-num skc-family skc-state)

(defstruct sock-event
  (daddr u32)
  (saddr u32)
  (dport u16)
  (num u16)
  (family u16)
  (state u8))

(defmap inputs :type :array :key-type u32 :value-type u64 :max-entries 1)
(defmap events :type :ringbuf :max-entries 4096)

(defprog k5 (:type :tc)
  (let* ((files (task-struct-files (get-current-task)))
         (table (fdtable-fd (files-struct-fdt files)))
         (file (as-file (kernel-load u64 table (* 8 (getmap inputs 0)))))
         (socket (as-socket (file-private-data file)))
         (sk (as-sock-common (socket-sk socket))))
    (with-ringbuf (event events sock-event)
      (setf (sock-event-daddr event) (sock-common-skc-daddr sk)
            (sock-event-saddr event) (sock-common-skc-rcv-saddr sk)
            (sock-event-dport event) (sock-common-skc-dport sk)
            (sock-event-num event) (sock-common-skc-num sk)
            (sock-event-family event) (sock-common-skc-family sk)
            (sock-event-state event) (sock-common-skc-state sk))))
  0)
