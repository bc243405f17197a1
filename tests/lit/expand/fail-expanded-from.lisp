; A mistake in what macros wrote: at the outermost call, with a note for each.
; RUN: not %whistler compile %s -o %t.o 2>&1 | FileCheck %s

(defmacro inner (x)
  `(+ ,x missing))

(defmacro outer (x)
  `(inner (* 2 ,x)))

(defprog p (:type :xdp)
  ; KIND: UnknownVariable
  ; CHECK: fail-expanded-from.lisp:[[# @LINE + 5]]:3: error: unknown variable `missing`
  ; KIND: ExpandedFrom
  ; CHECK: fail-expanded-from.lisp:[[# @LINE - 9]]:10: note: expanded from macro `inner`
  ; KIND: ExpandedFrom
  ; CHECK: fail-expanded-from.lisp:[[# @LINE - 8]]:4: note: expanded from macro `outer`
  (outer 4))
