;;; getaddrinfo: the host names that programs look up, with what they asked for.
;;;
;;;   Type:   uprobe
;;;   Needs:  Linux 5.10
;;;   Try:    sudo whistler run examples/getaddrinfo.lisp
;;;           curl -s http://example.org >/dev/null
;;;
;;; A probe on a function of the C library, in every process that uses it:
;;;
;;;   int getaddrinfo (const char *node, const char *service,
;;;                    const struct addrinfo *hints, struct addrinfo **result);
;;;
;;; Strings and structs are in user memory, so they are copied by the helpers
;;; for that; a `defstruct` says how the struct lies there.

(defstruct addrinfo                     ; the first four members are enough
  (flags i32)
  (family i32)                          ; 0 any, 2 IPv4, 10 IPv6
  (socktype i32)
  (protocol i32))

(defstruct lookup-event
  (pid u32)
  (hints addrinfo)                      ; zero when the caller gave none
  (comm (array u8 16))
  (service (array u8 16))
  (node (array u8 128)))

(defmap events :type :ringbuf :max-entries 65536)

(defprog getaddrinfo (:type :uprobe
                      :section "uprobe/libc.so.6:getaddrinfo"
                      :license "GPL")
  (let ((node (pt-regs-parm1))
        (service (pt-regs-parm2))
        (hints (pt-regs-parm3)))
    (with-ringbuf (event events lookup-event)
      (fill-process-info event :pid-field lookup-event-pid
                               :comm-field lookup-event-comm)
      (probe-read-user-str (lookup-event-node-ptr event) 128 node)
      (when service
        (probe-read-user-str (lookup-event-service-ptr event) 16 service))
      (when hints
        (probe-read-user (lookup-event-hints event) (sizeof addrinfo) hints))))
  0)
