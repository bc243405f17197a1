;;; A map is a variable of .maps; keys are spilled to the stack for one call
;;; only; programs keep their sections.
;; RUN: %whistler-opt %s -S | FileCheck %s

;; CHECK: @per_process = {{.*}}section ".maps"
;; CHECK: @_license = {{.*}}section "license"
(defmap per-process :type :hash :key-type u32 :value-type u64 :max-entries 16)

;; CHECK-LABEL: define dso_local i32 @count({{.*}} %ctx) {{.*}}section "tc"
;; CHECK: call void @llvm.lifetime.start.p0(i64 4, ptr %[[KEY:spill[0-9]*]])
;; CHECK: store i32 7, ptr %[[KEY]]
;; CHECK: call align 8 ptr inttoptr (i64 1 to ptr)(ptr nocapture @per_process, ptr nocapture %[[KEY]])
;; CHECK: call void @llvm.lifetime.end.p0(i64 4, ptr %[[KEY]])
(defprog count (:type :tc)
  (if (map-lookup per-process 7) 1 0))

;; CHECK-LABEL: define dso_local i32 @again({{.*}} %ctx) {{.*}}section "xdp"
(defprog again (:type :xdp) 2)
