;;; task-iter: every thread of the machine, as ps shows them, in one read.
;;;
;;;   Type:   iter
;;;   Needs:  Linux 5.8
;;;   Try:    sudo whistler run examples/task-iter.lisp --duration 0
;;;
;;; The kernel calls the program once for each thread and once more at the end,
;;; with no thread. What seq-printf writes is what reading the iterator gives;
;;; `bpftool iter pin` makes a file of it that can be read again and again.

(import-kernel-struct bpf-iter-meta seq seq-num)
(import-kernel-struct task-struct pid tgid comm real-parent flags)

(defconstant +pf-kthread+ #x200000)

(defglobal threads u64)

(defprog task-iter (:type :iter :section "iter/task")
  (let* ((meta (ctx meta))
         (seq (bpf-iter-meta-seq meta))
         (task (ctx task)))
    (when (= (bpf-iter-meta-seq-num meta) 0)
      (seq-printf seq "    tgid      pid   parent k comm\n"))
    (if task
        (progn
          (incf threads)
          (seq-printf seq "%8d %8d %8d %d %s\n"
                      (task-struct-tgid task) (task-struct-pid task)
                      (task-struct-tgid (task-struct-real-parent task))
                      (if (logand (task-struct-flags task) +pf-kthread+) 1 0)
                      (task-struct-comm task)))
        (seq-printf seq "%d threads\n" threads))
    0))
