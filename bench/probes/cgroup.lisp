;;; Count system calls by control group: the id of the default hierarchy's
;;; group, and its level in a second map.
(include "include/suite.lisp")

(import-kernel-struct task-struct cgroups)
(import-kernel-struct css-set dfl-cgrp)
(import-kernel-struct cgroup kn level)
(import-kernel-struct kernfs-node id)

(defmap levels :type :array :key-type u32 :value-type u64 :max-entries 1)
(defmap counts :type :hash :key-type u32 :value-type u64 :max-entries 1024)

(defprobe cgroup (:raw-tracepoint "raw_tp/sys_enter")
    ((task (get-current-task)))
  (let ((cgroup (css-set-dfl-cgrp (task-struct-cgroups task))))
    (setf (getmap levels 0) (cgroup-level cgroup))
    (incf (getmap counts (cast u32 (kernfs-node-id (cgroup-kn cgroup))))))
  0)
