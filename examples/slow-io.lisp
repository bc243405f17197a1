;;; slow-io: reads and writes of files that take longer than a limit: who, which
;;; file, how many bytes, how long.
;;;
;;;   Type:   fentry, fexit
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/slow-io.lisp
;;;
;;; A pair of fentry and fexit programs is a cheaper kprobe and kretprobe: a
;;; call in the traced function's prologue rather than a trap, typed arguments,
;;; and on the way out both the arguments and the result. The limit is a global
;;; variable that user space may change while the program runs: it is the map
;;; with the name that ends in `.data`.

(import-kernel-struct file f-inode f-path)
(import-kernel-struct path dentry)
(import-kernel-struct dentry d-name)
(import-kernel-struct qstr name)
(import-kernel-struct inode i-ino)

(defglobal slower-than u64 10000000)    ; ns

(defconstant +read+ 0)
(defconstant +write+ 1)

(defstruct io-event
  (latency u64)                         ; ns
  (inode u64)
  (result i64)                          ; bytes, or minus an errno
  (operation u32)                       ; 0 read, 1 write
  (pid u32)
  (comm (array u8 16))
  (name (array u8 32)))

;; Reads and writes under way, by thread. One thread does one at a time.
(defmap started :type :lru-hash
  :key-type u64 :value-type u64 :max-entries 8192)

(defmap events :type :ringbuf :max-entries 262144)

(defmacro note-start ()
  `(setf (getmap started (get-current-pid-tgid)) (ktime-get-ns)))

;; vfs_read and vfs_write (file, buffer, count, position)
(defmacro report-end (operation)
  `(let ((thread (get-current-pid-tgid)))
     (when-let (since (map-lookup started thread))
       (let ((latency (- (ktime-get-ns) (load u64 since)))
             (file (arg 0)))
         (map-delete started thread)
         (when (>= latency slower-than)
           (with-ringbuf (event events io-event)
             (fill-process-info event :pid-field io-event-pid
                                      :comm-field io-event-comm)
             (setf (io-event-latency event) latency
                   (io-event-operation event) ,operation
                   (io-event-result event) (retval)
                   (io-event-inode event) (inode-i-ino (file-f-inode file)))
             (kernel-str (io-event-name-ptr event)
                         (qstr-name (dentry-d-name
                                     (path-dentry (file-f-path file))))
                         32)))))))

(defprog read-enter (:type :fentry :section "fentry/vfs_read" :license "GPL")
  (note-start)
  0)

(defprog read-exit (:type :fexit :section "fexit/vfs_read" :license "GPL")
  (report-end +read+)
  0)

(defprog write-enter (:type :fentry :section "fentry/vfs_write" :license "GPL")
  (note-start)
  0)

(defprog write-exit (:type :fexit :section "fexit/vfs_write" :license "GPL")
  (report-end +write+)
  0)
