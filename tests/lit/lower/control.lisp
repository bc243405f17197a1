;;; Tests are jumps, loops keep a counter that bounds them, and a run-time
;;; bound's counter is hidden from LLVM so that both tests stay apart.
;; RUN: %whistler-opt %s -S | FileCheck %s

(defmap inputs :type :array :key-type u32 :value-type u64 :max-entries 2)

;; CHECK-LABEL: define dso_local i32 @both({{.*}} %ctx)
;; CHECK: test.then:
;; CHECK-NOT: zext
;; CHECK: define
(defprog both (:type :tc)
  (let ((a (getmap inputs 0)) (b (getmap inputs 1)))
    (if (and (> a 1) (< b 2)) 1 2)))

;; CHECK-LABEL: @bounded({{.*}} %ctx)
;; CHECK: icmp ult i64 %{{.*}}, 16
;; CHECK: call i64 asm "", "=r,0"(i64
;; CHECK: br label %loop, {{.*}}!llvm.loop
(defprog bounded (:type :tc)
  (let ((sum 0))
    (dotimes (i (getmap inputs 0) :max 16)
      (incf sum i))
    sum))
