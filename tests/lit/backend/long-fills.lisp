; Fills and copies of more bytes than the target writes in a row: eBPF has no
; memset to call.
; RUN: %whistler compile %s -O0 --emit=asm -o - | FileCheck %s
; RUN: %whistler compile %s --emit=asm -o - | FileCheck %s
(defstruct path (size u32) (text (array u8 4096)))
(defmap paths :type :array :key-type u32 :value-type path :max-entries 2)
(defmap events :type :ringbuf :max-entries 65536)

; The first and the last word that nothing else writes.
; CHECK-LABEL: {{^}}record:
; CHECK-NOT: call mem
; CHECK-DAG: (r{{[0-9]}} + 8) =
; CHECK-DAG: (r{{[0-9]}} + 1024) =
; CHECK-DAG: (r{{[0-9]}} + 4096) =
; CHECK: exit
(defprog record (:type :tc)
  (with-ringbuf (e events path)
    (setf (path-size e) (ctx len)))
  0)

; CHECK-LABEL: {{^}}copied:
; CHECK-NOT: call mem
; CHECK: (r{{[0-9]}} + 2096) =
; CHECK: exit
(defprog copied (:type :tc)
  (when-let ((from (getmap paths 0)) (to (getmap paths 1)))
    (memset to 0 #xff 1500)
    (memcpy to 1500 from 1500 600))
  (when-let ((from (getmap paths 0)) (to (getmap paths 1)))
    (memcpy to 0 from 0 2104))
  0)
