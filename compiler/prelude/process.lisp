;;; The running process, and arrays in its memory.

(defmacro fill-process-info (event &key pid-field uid-field timestamp-field
                                   comm-field (comm-size 16))
  (let ((record (gensym "EVENT-")))
    `(let ((,record ,event))
       ,@(when pid-field
           `((setf (,pid-field ,record) (>> (get-current-pid-tgid) 32))))
       ,@(when uid-field
           `((setf (,uid-field ,record)
                   (logand (get-current-uid-gid) #xffffffff))))
       ,@(when timestamp-field
           `((setf (,timestamp-field ,record) (ktime-get-ns))))
       ,@(when comm-field
           `((get-current-comm (,(intern (format nil "~a-PTR" comm-field))
                                ,record)
                               ,comm-size)))
       0)))

(defmacro do-user-ptrs ((pointer base count max &key (index (gensym "INDEX-")))
                        &body body)
  (let ((start (gensym "BASE-")))
    `(let ((,start ,base))
       (dotimes (,index ,count :max ,max)
         (let ((,pointer (user-load u64 ,start (* ,index 8))))
           ,@body)))))

(defmacro do-user-array ((item type base count max
                          &key (index (gensym "INDEX-")))
                         &body body)
  (let ((start (gensym "BASE-")))
    `(let ((,start ,base))
       (dotimes (,index ,count :max ,max)
         ,(if (member type '(u8 u16 u32 u64 i8 i16 i32 i64 s8 s16 s32 s64 bool))
              `(let ((,item (user-load ,type ,start (* ,index (sizeof ,type)))))
                 ,@body)
              `(let ((,item (struct-alloc ,type)))
                 (probe-read-user ,item (sizeof ,type)
                                  (+ ,start (* ,index (sizeof ,type))))
                 ,@body))))))
