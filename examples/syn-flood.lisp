;;; syn-flood: drops the SYN packets of sources that send too many of them.
;;;
;;;   Type:   xdp
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/syn-flood.lisp --interface eth0
;;;           sudo hping3 -S -p 80 --flood 10.0.0.2      # from another machine
;;;           sudo bpftool map dump name dropped
;;;
;;; A source may open a hundred connections in a second. Established traffic
;;; of the same source is left alone: only packets with SYN and without ACK
;;; are counted and dropped. The sources are an LRU map: a flood from forged
;;; addresses pushes out old entries, it does not fill the map.

(defconstant +syns-per-second+ 100)
(defconstant +second+ 1000000000)

(defstruct source
  (window u64)                          ; ns: start of the current second
  (syns u64))                           ; seen since then

(defmap sources :type :lru-hash
  :key-type u32 :value-type source :max-entries 65536)

(defmap dropped :type :percpu-array
  :key-type u32 :value-type u64 :max-entries 1)

(defmacro note-first-syn (address now)
  `(let ((fresh (make-source)))
     (setf (source-window fresh) ,now
           (source-syns fresh) 1)
     (map-update sources ,address fresh BPF_ANY)))

(defmacro count-drop ()
  `(when-let (drops (map-lookup dropped 0))
     (store u64 drops 0 (1+ (load u64 drops)))))

(defprog syn-flood (:type :xdp)
  (let* ((data (xdp-data))
         (data-end (xdp-data-end))
         (ip (parse-ipv4 data data-end))
         (tcp (parse-tcp data data-end)))
    (when (and ip tcp
               (= (logand (tcp-flags tcp) (logior +tcp-syn+ +tcp-ack+))
                  +tcp-syn+))
      (let ((now (ktime-get-ns))
            (address (ipv4-src-addr ip)))
        (if-let (source (map-lookup sources address))
                (if (> (- now (source-window source)) +second+)
                    (setf (source-window source) now
                          (source-syns source) 1)
                    ;; The addition is atomic, so CPUs that see packets of
                    ;; the same source do not lose counts. Its result, the
                    ;; count before, would need Linux 5.12.
                    (progn
                      (atomic-add source (offsetof source syns) 1)
                      (when (> (source-syns source) +syns-per-second+)
                        (count-drop)
                        (return XDP_DROP))))
                (note-first-syn address now)))))
  XDP_PASS)
