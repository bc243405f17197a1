;;; Lets connections through to the ports that user space lists.

(defmap open-ports :type :hash :key-type u32 :value-type u8 :max-entries 1024)

(defprog gate (:type :sk-lookup)
  (if (map-lookup open-ports (ctx local-port)) SK_PASS SK_DROP))
