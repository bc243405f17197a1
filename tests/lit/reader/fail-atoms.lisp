; Numbers, strings, symbols and prefixes that the reader refuses.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/escape.lisp -o %t/escape.o 2>>%t/out
; RUN: not %whistler compile %t/large.lisp -o %t/large.o 2>>%t/out
; RUN: not %whistler compile %t/number.lisp -o %t/number.o 2>>%t/out
; RUN: not %whistler compile %t/fraction.lisp -o %t/fraction.o 2>>%t/out
; RUN: not %whistler compile %t/ratio.lisp -o %t/ratio.o 2>>%t/out
; RUN: not %whistler compile %t/character.lisp -o %t/character.o 2>>%t/out
; RUN: not %whistler compile %t/dispatch.lisp -o %t/dispatch.o 2>>%t/out
; RUN: not %whistler compile %t/dot.lisp -o %t/dot.o 2>>%t/out
; RUN: not %whistler compile %t/prefix.lisp -o %t/prefix.o 2>>%t/out
; RUN: not %whistler compile %t/keyword.lisp -o %t/keyword.o 2>>%t/out
; RUN: not %whistler compile %t/package.lisp -o %t/package.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- escape.lisp
; KIND: UnknownEscape
; CHECK: escape.lisp:[[# @LINE + 1]]:18: error: unknown escape `\q` in a string; there are `\"` `\\` `\n` `\t`
(defvar *text* "a\qb")

;--- large.lisp
; KIND: IntegerTooLarge
; CHECK: large.lisp:[[# @LINE + 1]]:20: error: the integer `18446744073709551616` does not fit in 64 bits
(defconstant +big+ 18446744073709551616)

;--- number.lisp
; KIND: MalformedNumber
; CHECK: number.lisp:[[# @LINE + 1]]:20: error: `0xfg` is not an integer
(defconstant +hex+ 0xfg)

;--- fraction.lisp
; KIND: FractionalNumber
; CHECK: fraction.lisp:[[# @LINE + 1]]:21: error: `1.5` is not an integer; there are no fractions in eBPF
(defconstant +half+ 1.5)

;--- ratio.lisp
; KIND: FractionalNumber
; CHECK: ratio.lisp:[[# @LINE + 1]]:21: error: `1/2` is not an integer; there are no fractions in eBPF
(defconstant +half+ 1/2)

;--- character.lisp
; KIND: UnknownCharacterName
; CHECK: character.lisp:[[# @LINE + 1]]:18: error: unknown character name `#\Newlin`; did you mean `newline`?
(defconstant +c+ #\Newlin)

;--- dispatch.lisp
; KIND: UnknownDispatch
; CHECK: dispatch.lisp:[[# @LINE + 1]]:18: error: `#~` is not read by this language
(defconstant +v+ #~)

;--- dot.lisp
; KIND: MisplacedDot
; CHECK: dot.lisp:[[# @LINE + 1]]:15: error: misplaced `.`: a dotted list has one form before it at least and exactly one after it
(defvar *x* '(. b))

;--- prefix.lisp
; KIND: NothingAfterPrefix
; CHECK: prefix.lisp:[[# @LINE + 1]]:19: error: nothing follows `'`
(defvar *x* (list '))

;--- keyword.lisp
; KIND: EmptySymbol
; CHECK: keyword.lisp:[[# @LINE + 1]]:17: error: a symbol has no name here
(defvar *x* '(a : b))

;--- package.lisp
; KIND: EmptySymbol
; CHECK: package.lisp:[[# @LINE + 1]]:17: error: a symbol has no name here
(defvar *x* '(a pkg: b))
