; Locks and timers of the kernel are numbers and bytes to user space.
; REQUIRES: kernel-btf
; RUN: %whistler gen %s > %t.h && FileCheck %s < %t.h
; RUN: %if cc %{ cc -std=c11 -Wall -Werror -fsyntax-only -x c %t.h %}
; RUN: %whistler gen %s --lang=python > %t.py && %python %t.py
; RUN: %whistler gen %s --lang=rust > %t.rs
; RUN: %if rustc %{ rustc --edition 2021 --crate-name opaque --crate-type lib --emit=metadata -D warnings -o %t.meta %t.rs %}
; RUN: %whistler gen %s --lang=go > %t.go
; RUN: %if go %{ gofmt -d %t.go | count 0 %}
; RUN: %if go %{ env GO111MODULE=off GOFLAGS= GOCACHE=%t.cache go vet %t.go %}

(defstruct one (x u32))
(defstruct two (y u64))
(defunion either one two)
; CHECK: struct guarded {
; CHECK-NEXT: uint32_t lock;
; CHECK-NEXT: uint32_t n;
; CHECK-NEXT: uint8_t clock[16];
; CHECK-NEXT: union either u;
(defstruct guarded (lock bpf-spin-lock) (n u32) (clock bpf-timer) (u either))
; A map of such things alone.
; CHECK: typedef uint8_t clocks_value[16];
(defmap clocks :type :array :key-type u32 :value-type bpf-timer :max-entries 4)
(defmap locked :type :array :key-type u32 :value-type guarded :max-entries 4)
