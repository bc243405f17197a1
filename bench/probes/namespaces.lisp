;;; The six namespaces of the current task, as ps and lsns number them.
(include "include/suite.lisp")

(import-kernel-struct task-struct nsproxy)
(import-kernel-struct nsproxy
  uts-ns ipc-ns mnt-ns pid-ns-for-children net-ns cgroup-ns)

(defstruct namespace-event
  (uts u32)
  (ipc u32)
  (mnt u32)
  (pid u32)
  (net u32)
  (cgroup u32))

(defmap events :type :ringbuf :max-entries 262144)

(defprobe namespaces (:kprobe "kprobe/do_sys_openat2")
    ((task (get-current-task)))
  (let ((all (task-struct-nsproxy task)))
    (with-ringbuf (event events namespace-event)
      (setf (namespace-event-uts event) (kernel-path all uts-ns ns inum)
            (namespace-event-ipc event) (kernel-path all ipc-ns ns inum)
            (namespace-event-mnt event) (kernel-path all mnt-ns ns inum)
            (namespace-event-pid event)
            (kernel-path all pid-ns-for-children ns inum)
            (namespace-event-net event) (kernel-path all net-ns ns inum)
            (namespace-event-cgroup event)
            (kernel-path all cgroup-ns ns inum))))
  0)
