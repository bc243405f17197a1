; Packet headers.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

; KIND: MissingName
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:1: error: `defheader` needs a name first
(defheader)
; KIND: EmptyStruct
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:1: error: struct `empty` has no fields
(defheader empty)
; KIND: MalformedField
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:18: error: `5` is not a field
(defheader field 5)
; KIND: MissingOption
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:22: error: `a` needs the option `:offset`
(defheader no-offset (a :type u8))
; KIND: MissingOption
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:20: error: `a` needs the option `:type`
(defheader no-type (a :offset 0))
; KIND: UnknownOption
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:33: error: unknown option `:typ` of `defheader`; did you mean `:type`?
(defheader option (a :offset 0  :typ u8))
; KIND: OptionWithoutValue
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:31: error: option `:type` has no value
(defheader value (a :offset 0 :type))
; KIND: BadOptionValue
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:30: error: option `:offset` cannot be `70000`
(defheader offset (a :offset 70000 :type u8))
; KIND: NoNetworkOrder
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:51: error: `u8` has no byte order: `:net-order` is for integers of 2, 4 or 8 bytes
(defheader order (a :offset 0 :type u8 :net-order t))
; KIND: DuplicateField
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:42: error: field `a` is there already
(defheader twice (a :offset 0 :type u8) (a :offset 1 :type u8))
(defheader mine (a :offset 0 :type u16 :net-order t))
; KIND: DuplicateName
; CHECK: fail-headers.lisp:[[# @LINE + 1]]:12: error: `mine` is defined already
(defheader mine (b :offset 0 :type u16))
; The language's own headers give way to the program's.
(defheader icmp (kind :offset 0 :type u8))
(defstruct udp (src-port u16) (own u32))
(defprog p (:type :xdp)
  (with-tcp (data end tcp)
    ; KIND: WrongPointerType
    ; CHECK: fail-headers.lisp:[[# @LINE + 1]]:5: error: `mine-a` wants a `(ptr mine)`, this is a `(ptr tcp)`; write `(as-mine p)` if it is meant
    (mine-a tcp)
    ; KIND: UnknownFunction
    ; CHECK: fail-headers.lisp:[[# @LINE + 1]]:6: error: unknown function `tcp-dest-port`; did you mean `tcp-dst-port`{{.*}}?
    (tcp-dest-port tcp)
    (icmp-kind (as-icmp tcp))
    (udp-own (make-udp)))
  ; CHECK-NOT: error
  0)
