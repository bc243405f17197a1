; One function that needs more stack than there is.
(defstruct big (a (array u8 300)))
(defsubprog f ((x u64))
  (let ((b (make-big)) (c (make-big)))
    (setf (big-a b (logand x 127)) 1 (big-a c (logand x 63)) 2)
    (+ (big-a b 5) (big-a c 6))))
(defprog p (:type :tc) (f (ctx len)))
