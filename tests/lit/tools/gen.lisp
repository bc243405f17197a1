; Declarations in every language, compiled or imported where its tool is here:
; each output checks sizes and offsets itself.
; RUN: rm -rf %t && mkdir -p %t && cp %s %t/shapes-of.lisp
; RUN: cd %t && %whistler compile shapes-of.lisp --gen c,go,rust,python
; RUN: ls %t | FileCheck %s --check-prefix=FILES
; RUN: FileCheck %s --check-prefix=C < %t/shapes-of.h
; RUN: FileCheck %s --check-prefix=GO < %t/shapes-of.go
; RUN: FileCheck %s --check-prefix=RUST < %t/shapes-of.rs
; RUN: FileCheck %s --check-prefix=PYTHON < %t/shapes_of.py
; RUN: %whistler gen %t/shapes-of.lisp | diff - %t/shapes-of.h
; RUN: %if cc %{ cc -std=c11 -Wall -Werror -fsyntax-only -x c %t/shapes-of.h %}
; RUN: %if cc %{ sh -c "sed 's/sizeof(struct event) == 72/sizeof(struct event) == 73/' %t/shapes-of.h > %t/wrong.h" %}
; RUN: %if cc %{ not cc -std=c11 -fsyntax-only -x c %t/wrong.h %}
; RUN: %if cxx %{ c++ -std=c++11 -Wall -Werror -fsyntax-only -x c++ %t/shapes-of.h %}
; RUN: %if rustc %{ rustc --edition 2021 --crate-type lib --emit=metadata -D warnings -o %t/shapes.meta %t/shapes-of.rs %}
; RUN: %if go %{ gofmt -d %t/shapes-of.go | count 0 %}
; RUN: %if go %{ cd %t && env GO111MODULE=off GOFLAGS= GOCACHE=%t.cache go vet shapes-of.go %}
; RUN: %if go %{ sh -c "sed 's/Sizeof(Event{}) - 72/Sizeof(Event{}) - 73/' %t/shapes-of.go > %t/wrong.go" %}
; RUN: %if go %{ cd %t && not env GO111MODULE=off GOFLAGS= GOCACHE=%t.cache go vet wrong.go %}
; RUN: %python -c "import sys; sys.path.insert(0, '%t'); import shapes_of as s; assert s.Event.from_buffer_copy(bytes([7]) + bytes(71)).pid == 7"
; RUN: sh -c '%whistler gen %t/shapes-of.lisp --lang=perl; echo status $?' 2>&1 | FileCheck %s --check-prefix=PERL
; RUN: sh -c '%whistler compile %t/shapes-of.lisp --gen c,rst; echo status $?' 2>&1 | FileCheck %s --check-prefix=RST
; RUN: sh -c '%whistler compile - --gen c < %s; echo status $?' 2>&1 | FileCheck %s --check-prefix=STREAM
; RUN: sh -c 'echo "(defstruct s (a u33))" | %whistler gen -; echo status $?' 2>&1 | FileCheck %s --check-prefix=WRONG

(defconstant +max-len+ 16)
(defconstant +least+ -9223372036854775808)
(defconstant all-bits #xffffffffffffffff)

(defstruct inner (a u8) (b u32))
(defstruct event
  (pid u32) (type u64) (comm (array u8 16)) (flag bool) (in inner)
  (grid (array (array u16 3) 2)) (next (ptr event)) (last i8))
(defstruct other (x u64))
(defunion either event other)

(defglobal target u32 7)
(defglobal limit u64 5 :const t)

(defmap events :type :ringbuf :max-entries 65536)
(defmap counts :type :hash :key-type inner :value-type u64 :max-entries 100)
(defmap odd :type :hash :key-size 12 :value-size 4 :max-entries 100)

(defprog p (:type :xdp)
  (with-ringbuf (e events event) (setf (event-pid e) 1))
  (with-ringbuf (e events other) (setf (other-x e) 1))
  2)

; FILES: shapes-of.bpf.o
; FILES: shapes-of.go
; FILES: shapes-of.h
; FILES: shapes-of.rs
; FILES: shapes_of.py

; C: #define MAX_LEN 16
; C: #define LEAST (-9223372036854775807LL - 1)
; C: #define ALL_BITS 18446744073709551615ULL
; C: struct event {
; C-NEXT: uint32_t pid;
; C-NEXT: uint8_t _pad0[4];
; C-NEXT: uint64_t type;
; C: uint16_t grid[2][3];
; C: WHISTLER_ASSERT(offsetof(struct event, next) == 56
; C: union either {
; C: typedef struct event events_record;
; C-NEXT: typedef struct other events_record2;
; C: typedef struct inner counts_key;
; C: typedef uint8_t odd_key[12];
; C-NEXT: typedef uint32_t odd_value;
; C: typedef uint32_t target_global;

; GO: package shapesof
; GO: const MaxLen = 16
; GO: type Event struct {
; GO: Grid [2][3]uint16
; GO: func (u *Either) Other() *Other {
; GO: type CountsKey = Inner

; RUST: pub const ALL_BITS: u64 = 18446744073709551615;
; RUST: pub type_: u64,
; RUST: pub union Either {
; RUST: pub type CountsValue = u64;

; PYTHON: class Event(ctypes.Structure):
; PYTHON: ("in_", Inner),
; PYTHON: ("grid", (ctypes.c_uint16 * 3) * 2),
; PYTHON: class Either(ctypes.Union):

; PERL: whistler gen: `perl` is no value of --lang, which takes c, go, rust, python
; PERL: status 2
; RST: whistler compile: `rst` is no language of --gen, which takes c, go, rust, python; did you mean `rust`?
; RST: status 2
; STREAM: whistler compile: --gen writes files beside the object, so -o has to name one
; STREAM: status 2
; WRONG: <stdin>:1:{{[0-9]+}}: error:
; WRONG: status 1
