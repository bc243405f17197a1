;;; Marks packets of tc by their transport protocol and port, and counts bytes
;;; by class.

(defconstant +class-web+ 1)
(defconstant +class-dns+ 2)
(defconstant +class-other+ 3)

(defmap octets :type :array :key-type u32 :value-type u64 :max-entries 4)

(defprog classify (:type :tc)
  (let ((class +class-other+))
    (with-tc-tcp (data data-end tcp)
      (when (or (= (tcp-dst-port tcp) 80) (= (tcp-dst-port tcp) 443))
        (setf class +class-web+)))
    (with-tc-udp (data data-end udp)
      (when (= (udp-dst-port udp) 53)
        (setf class +class-dns+)))
    (setf (ctx mark) class)
    (incf (getmap octets class) (ctx len)))
  TC_ACT_OK)
