; A function whose result no call uses returns 0 and not what was left in r0,
; which may be the address of its frame: the verifier refuses that.
; RUN: %whistler compile %s --emit=asm -o - | FileCheck %s
(defstruct held (f (array u16 2)) (g u32) (h u8) (i i64))
(defglobal switch bool)

; CHECK-LABEL: {{^}}effect:
; CHECK: r0 = 0
; CHECK-NEXT: #NO_APP
; CHECK-NEXT: exit
(defsubprog effect ((a i64) (p (ptr held)) (b u64)) -> u8
  (unless (cast u16 (cast u64 (<< switch b)))
    (setf b (s< (incf (held-f p (logand switch 1)) (logand a b))
                (cast i8 (incf a a))))
    (decf (held-f p 1) 4294967295))
  (incf switch a)
  a)
; CHECK-LABEL: {{^}}main:
(defprog main (:type :tc)
  (let ((v0 (ctx mark)) (v1 (ctx len)))
    (when v1
      (let ((o (make-held)))
        (setf v1 (/ (effect v0 o (min switch v0)) -7))))
    v0))
