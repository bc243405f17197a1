;;; Control forms that the core does not know.

(defun bindings-of (bindings)
  "(v e) is ((v e))."
  (if (consp (car bindings)) bindings (list bindings)))

(defun all-of (bindings)
  (if (cdr bindings)
      `(and ,@(mapcar #'car bindings))
      (car (car bindings))))

(defmacro prog1 (first &body body)
  (let ((value (gensym "PROG1-")))
    `(let ((,value ,first)) ,@body ,value)))

(defmacro when-let (bindings &body body)
  (let ((all (bindings-of bindings)))
    `(let ,all (when ,(all-of all) ,@body))))

(defmacro if-let (bindings then &optional (else 0))
  (let ((all (bindings-of bindings)))
    `(let ,all (if ,(all-of all) ,then ,else))))

(defmacro when-let* (bindings &body body)
  (if (null bindings)
      `(progn ,@body)
      `(let (,(car bindings))
         (when ,(car (car bindings))
           (when-let* ,(cdr bindings) ,@body)))))

(defun nest-if-let (bindings taken then)
  (if (null bindings)
      `(progn (setf ,taken 1) ,then)
      `(let (,(car bindings))
         (when ,(car (car bindings))
           ,(nest-if-let (cdr bindings) taken then)))))

(defmacro if-let* (bindings then &optional (else 0))
  (let ((taken (gensym "TAKEN-")) (value (gensym "VALUE-")))
    `(let* ((,taken 0) (,value ,(nest-if-let bindings taken then)))
       (if ,taken ,value ,else))))

(defun case-test (key value)
  (cond ((or (eq key t) (eq key 'otherwise)) t)
        ((some #'stringp (if (consp key) key (list key)))
         (error "a string is no key of a `case`: ~s" key))
        ((and (consp key) (null (cdr key))) `(= ,value ,(car key)))
        ((consp key) `(or ,@(mapcar (lambda (one) `(= ,value ,one)) key)))
        (t `(= ,value ,key))))

(defun case-clause (clause value)
  (if (atom clause)
      (error "a `case` clause is `(key body…)`, not `~a`" clause)
      `(,(case-test (car clause) value) ,@(or (cdr clause) '(0)))))

(defmacro case (key &body clauses)
  (let ((value (gensym "CASE-")))
    (dolist (clause (butlast clauses))
      (when (and (consp clause) (member (car clause) '(t otherwise)))
        (error "the clause `~a` of a `case` comes last" (car clause))))
    `(let ((,value ,key))
       (cond ,@(mapcar (lambda (clause) (case-clause clause value)) clauses)))))
