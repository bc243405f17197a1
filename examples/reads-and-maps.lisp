;;; reads-and-maps: how often each process opens files, and the largest address
;;; space it had: kernel reads between map operations.
;;;
;;;   Type:   kprobe
;;;   Needs:  Linux 5.10
;;;   Try:    whistler compile examples/reads-and-maps.lisp --report
;;;           sudo whistler run examples/reads-and-maps.lisp
;;;
;;; A map operation changes the program's own memory, not the kernel memory
;;; that the accessors see: the reads on both sides of it are merged.

(import-kernel-struct task-struct tgid mm)
(import-kernel-struct mm-struct total-vm)

(defstruct usage
  (opens u64)
  (most-pages u64))

(defmap usages :type :hash
  :key-type u32 :value-type usage :max-entries 1024)

(defprog count-opens (:type :kprobe
                      :section "kprobe/do_sys_openat2"
                      :license "GPL")
  (let* ((task (get-current-task))
         (tgid (task-struct-tgid task))
         (entry (map-lookup usages tgid)))
    (if entry
        (let ((pages (mm-struct-total-vm (task-struct-mm task))))
          (atomic-add entry 0 1)
          (when (> pages (usage-most-pages entry))
            (setf (usage-most-pages entry) pages)))
        (let ((fresh (make-usage)))
          (setf (usage-opens fresh) 1
                (usage-most-pages fresh)
                (mm-struct-total-vm (task-struct-mm task)))
          (map-update usages (task-struct-tgid task) fresh BPF_ANY))))
  0)
