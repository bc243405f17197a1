;;; An accessor is one operation that names its field; reads are not helper
;;; calls yet, and signed fields are extended by their sign.
;; REQUIRES: kernel-btf
;; RUN: %whistler-opt %s -S | FileCheck %s

(import-kernel-struct task-struct pid mm)
(import-kernel-struct mm-struct exe-file)

;; CHECK-LABEL: define dso_local i32 @read({{.*}} %ctx)
;; CHECK: %[[MM:[0-9]+]] = call ptr @whistler.kernel.load.task_struct.mm(ptr
;; CHECK: call ptr @whistler.kernel.load.mm_struct.exe_file(ptr
;; CHECK: %[[PID:[0-9]+]] = call i32 @whistler.kernel.load.task_struct.pid(ptr
;; CHECK: sext i32 %[[PID]] to i64
;; CHECK-NOT: inttoptr (i64 113 to ptr)
;; CHECK: declare !whistler.field !{{[0-9]+}} ptr @whistler.kernel.load.task_struct.mm(ptr)
(defprog read (:type :tc)
  (let* ((task (get-current-task))
         (file (mm-struct-exe-file (task-struct-mm task))))
    (if file (task-struct-pid task) 0)))
