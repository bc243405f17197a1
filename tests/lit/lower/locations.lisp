;;; Code has the lines of the source; the source itself is in the debug info.
;; REQUIRES: kernel-btf
;; RUN: %whistler-opt %s -S | FileCheck %s

(import-kernel-struct task-struct pid)

;; CHECK: call i32 @whistler.kernel.load.task_struct.pid(ptr {{.*}}), !dbg ![[READ:[0-9]+]]
;; CHECK: source: "{{.*}}Code has the lines of the source
;; CHECK: ![[READ]] = !DILocation(line: [[# @LINE + 2]], column: 3
(defprog place (:type :tc)
  (task-struct-pid (get-current-task)))
