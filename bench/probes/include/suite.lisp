;;; What every probe of the suite shares. `defprobe` makes two programs of one
;;; body: NAME, which attaches where a real probe would and is the one that is
;;; counted, and NAME-RUN, an XDP program that BPF_PROG_TEST_RUN can execute.
;;; They differ in where the kernel objects come from, and in nothing else.

;;; Addresses of kernel objects that belong to the process that runs the suite
;;; (bench/probes/c/bases.bpf.c finds them). Zero when nobody filled it in.
(defmap bases :type :array :key-type u32 :value-type u64 :max-entries 16)

(defconstant +file+ 0)      ; struct file, open for reading and writing
(defconstant +path+ 1)      ; its f_path
(defconstant +dentry+ 2)
(defconstant +directory+ 3) ; the inode of its directory
(defconstant +mapping+ 4)   ; its address_space
(defconstant +sock+ 5)      ; a connected TCP socket
(defconstant +listener+ 6)  ; the socket that accepted it
(defconstant +skb+ 7)       ; a packet that waits in a receive queue
(defconstant +request+ 8)   ; a request of the disk's queue
(defconstant +task+ 9)      ; another task, stopped

(defmacro base (n) `(getmap bases ,n))

;;; (defprobe NAME (TYPE SECTION) ((variable attached [run])...) body...)
(defmacro defprobe (name (type section) bindings &body body)
  (flet ((bind (choose)
           (mapcar (lambda (b) (list (first b) (funcall choose b))) bindings)))
    `(progn
       (defprog ,name (:type ,type :section ,section :license "GPL")
         (let* ,(bind #'second) ,@body))
       (defprog ,(intern (format nil "~a-RUN" name)) (:type :xdp :license "GPL")
         (let* ,(bind (lambda (b) (if (cddr b) (third b) (second b)))) ,@body)))))
