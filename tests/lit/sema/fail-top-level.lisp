; Top-level forms and the options of programs.
; REQUIRES: kernel-btf
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/single.lisp -o %t/single.o 2>>%t/out
; RUN: not %whistler compile %t/license.lisp -o %t/license.o 2>>%t/out
; RUN: not %whistler compile %t/reads.lisp -o %t/reads.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- single.lisp
; KIND: TopLevelNotForm
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: a top-level form is a list that begins with a name
42
; KIND: UnknownTopLevel
; CHECK: single.lisp:[[# @LINE + 1]]:2: error: unknown top-level form `defprgo`; did you mean `defprog`?
(defprgo p (:type :xdp) 2)
; KIND: MissingName
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: `defprog` needs a name first
(defprog)
; KIND: NotAName
; CHECK: single.lisp:[[# @LINE + 1]]:10: error: `defprog` needs a name first, not `(:type :xdp)`
(defprog (:type :xdp) 2)
; CHECK: single.lisp:[[# @LINE + 1]]:16: error: `deftracepoint` needs a name first, not `"sched/sched_switch"`
(deftracepoint "sched/sched_switch")
; KIND: GlobalWithoutType
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: global `total` needs a type: `(defglobal total u64)`
(defglobal total)
(defprog twice (:type :xdp) 2)
; KIND: DuplicateName
; CHECK: single.lisp:[[# @LINE + 1]]:10: error: `twice` is defined already
(defprog twice (:type :xdp) 2)
; KIND: NamedLikeSection
; CHECK: single.lisp:[[# @LINE + 1]]:10: error: a program in section `xdp` cannot be called `xdp` too; give it another name
(defprog xdp (:type :xdp) 2)
(defprog inside (:type :xdp)
  ; KIND: DeclarationInside
  ; CHECK: single.lisp:[[# @LINE + 1]]:3: error: `defmap` belongs at top level, not inside a program
  (defmap m :type :array :value-size 8 :max-entries 1))
; KIND: MalformedProgramOptions
; CHECK: single.lisp:[[# @LINE + 1]]:18: error: options of a program are a list such as `(:type :kprobe)`, not `:xdp`
(defprog options :xdp 2)
; KIND: UnknownProgramType
; CHECK: single.lisp:[[# @LINE + 1]]:22: error: unknown program type `:xpd`
(defprog kind (:type :xpd) 2)
; KIND: UnknownOption
; CHECK: single.lisp:[[# @LINE + 1]]:29: error: unknown option `:sectoin` of `defprog`; did you mean `:section`?
(defprog option (:type :xdp :sectoin "xdp") 2)
; KIND: BadOptionValue
; CHECK: single.lisp:[[# @LINE + 1]]:38: error: option `:section` cannot be `5`
(defprog number (:type :xdp :section 5) 2)
; KIND: MissingOption
; CHECK: single.lisp:[[# @LINE + 1]]:1: error: `defprog` needs the option `:type`
(defprog typeless (:section "xdp") 2)

;--- license.lisp
(defprog a (:type :xdp :license "GPL") 2)
; KIND: TwoLicenses
; CHECK: license.lisp:[[# @LINE + 1]]:33: error: licence "MIT" here, but "GPL" in program `a`: one file has one licence
(defprog b (:type :xdp :license "MIT") 2)

;--- reads.lisp
(import-kernel-struct task-struct pid)
(defprog a (:type :kprobe :section "kprobe/do_exit" :license "MIT")
  ; KIND: LicenseForbidsReads
  ; CHECK: reads.lisp:[[# @LINE + 1]]:3: error: kernel memory is read here, which licence "MIT" does not permit; the kernel wants a GPL-compatible one
  (task-struct-pid (get-current-task)))
