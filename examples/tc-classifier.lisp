;;; tc-classifier: sorts outgoing traffic into bands by port and length, for a
;;; queueing discipline such as prio.
;;;
;;;   Type:   tc
;;;   Needs:  Linux 5.10
;;;   Try:    whistler compile examples/tc-classifier.lisp
;;;           sudo tc qdisc add dev eth0 clsact
;;;           sudo tc filter add dev eth0 egress bpf da \
;;;             obj examples/tc-classifier.bpf.o sec tc
;;;           sudo tc qdisc add dev eth0 root prio       # acts on the priority
;;;           sudo bpftool map dump name bands
;;;
;;; The priority of a packet chooses prio's band: 6 (interactive) the first, 0
;;; (best effort) the second, 2 (bulk) the third.

(defconstant +best-effort+ 0)
(defconstant +bulk+ 2)
(defconstant +interactive+ 6)
(defconstant +small+ 128)               ; a bare acknowledgement or a key press

(defstruct band
  (packets u64)
  (bytes u64))

(defmap bands :type :percpu-array
  :key-type u32 :value-type band :max-entries 8)

(defmacro band-of-port (port length)
  `(case ,port
     ((22 53 123) +interactive+)        ; ssh, DNS, NTP
     ((20 873 9418) +bulk+)             ; ftp-data, rsync, git
     (t (if (< ,length +small+) +interactive+ +best-effort+))))

(defprog tc-classifier (:type :tc)
  (let* ((data (tc-data))
         (data-end (tc-data-end))
         (length (ctx len))
         (priority +best-effort+))
    (if-let (tcp (parse-tcp data data-end))
            (setf priority (band-of-port (tcp-dst-port tcp) length))
            (when-let (udp (parse-udp data data-end))
              (setf priority (band-of-port (udp-dst-port udp) length))))
    (setf (ctx priority) priority)
    (when-let (band (map-lookup bands priority))
      (incf (band-packets band))
      (incf (band-bytes band) length)))
  TC_ACT_OK)
