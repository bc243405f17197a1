;;; A variable in each section that a skeleton can set before load, and two
;;; programs of one section.

(defglobal target-pid u32 7 :const t)
(defglobal limit u64 5)
(defglobal count u64)
(defglobal table (array u32 4))

(defmap seen :type :hash :key-type u32 :value-type u64 :max-entries 16)

(defprog first-of-two (:type :raw-tracepoint :section "raw_tp/sys_enter")
  (when (= (>> (get-current-pid-tgid) 32) target-pid)
    (incf count)
    (when (< count limit)
      (incf (getmap seen target-pid))))
  0)

(defprog second-of-two (:type :raw-tracepoint :section "raw_tp/sys_enter")
  (incf (getmap seen 0))
  0)
