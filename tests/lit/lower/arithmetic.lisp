;;; What LLVM leaves undefined is guarded: division by zero, shift counts; and
;;; no instruction promises that it does not wrap.
;; RUN: %whistler-opt %s -S | FileCheck %s

(defmap inputs :type :array :key-type u32 :value-type u64 :max-entries 2)

;; CHECK-LABEL: define dso_local i32 @divide({{.*}} %ctx)
;; CHECK: icmp eq i64 %[[B:.*]], 0
;; CHECK: udiv i64 %{{.*}}, %[[B]]
;; CHECK: phi i64 [ 0, %{{.*}} ], [ %{{.*}}, %divide ]
(defprog divide (:type :tc)
  (/ (getmap inputs 0) (getmap inputs 1)))

;; CHECK-LABEL: define dso_local i32 @divide_signed({{.*}} %ctx)
;; CHECK-NOT: sdiv
;; CHECK: udiv i64
(defprog divide-signed (:type :tc)
  (let ((a i64 (getmap inputs 0)))
    (/ a -10)))

;; CHECK-LABEL: define dso_local i32 @shift({{.*}} %ctx)
;; CHECK: %[[COUNT:.*]] = and i64 %{{.*}}, 63
;; CHECK: shl i64 1, %[[COUNT]]
;; CHECK-NOT: {{nsw|nuw|exact}}
;; CHECK: ret i32
(defprog shift (:type :tc)
  (<< 1 (getmap inputs 0)))
