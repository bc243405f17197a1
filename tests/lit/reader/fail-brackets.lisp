; What is never closed, or closes nothing, is said where it was opened.
; RUN: rm -rf %t && split-file --leading-lines %s %t
; RUN: not %whistler compile %t/unclosed.lisp -o %t/unclosed.o 2>>%t/out
; RUN: not %whistler compile %t/unmatched.lisp -o %t/unmatched.o 2>>%t/out
; RUN: not %whistler compile %t/string.lisp -o %t/string.o 2>>%t/out
; RUN: not %whistler compile %t/comment.lisp -o %t/comment.o 2>>%t/out
; RUN: not %whistler compile %t/bar.lisp -o %t/bar.o 2>>%t/out
; RUN: FileCheck %s < %t/out

;--- unclosed.lisp
(defprog a (:type :xdp)
  ; KIND: UnclosedList
  ; CHECK: unclosed.lisp:[[# @LINE + 3]]:3: error: this `(` is never closed
  ; KIND: UnclosedListNextForm
  ; CHECK: unclosed.lisp:[[# @LINE + 3]]:1: note: a new top-level form seems to begin here
  (if 1 2

(defprog b (:type :xdp) 2)

;--- unmatched.lisp
; KIND: UnmatchedClose
; CHECK: unmatched.lisp:[[# @LINE + 1]]:27: error: this `)` closes nothing
(defprog a (:type :xdp) 2))

;--- string.lisp
(defprog a (:type :xdp)
  ; KIND: UnclosedString
  ; CHECK: string.lisp:[[# @LINE + 1]]:10: error: this string is never closed
  (trace "no end))

;--- comment.lisp
; KIND: UnclosedComment
; CHECK: comment.lisp:[[# @LINE + 1]]:1: error: this `#|` comment is never closed
#| outer #| inner |#
(defprog a (:type :xdp) 2)

;--- bar.lisp
; KIND: UnclosedBar
; CHECK: bar.lisp:[[# @LINE + 1]]:10: error: this `|` is never closed
(defprog |a (:type :xdp) 2)
