// Backquote: a template copied with its commas filled in. Nested backquotes
// count levels, as in Common Lisp; parts without commas are shared.

#include "expand/Evaluator.h"

namespace whistler::compiler {

namespace {

bool isPrefixed(const Form *form, llvm::StringRef name) {
  return form->isCons() && form->cons.car->isNamed(name) &&
         form->cons.cdr->isCons() && form->cons.cdr->cons.cdr->isNil();
}

} // namespace

const Form *Evaluator::quasiquote(const Form *form, unsigned depth,
                                  Environment scope) {
  if (!form->isCons())
    return form;
  if (!charge(form))
    return nullptr;
  for (auto [name, change] : {std::pair<llvm::StringRef, int>{"UNQUOTE", -1},
                              {"UNQUOTE-SPLICING", -1},
                              {"QUASIQUOTE", 1}}) {
    if (!isPrefixed(form, name))
      continue;
    const Form *inner = form->cons.cdr->cons.car;
    if (depth == 1 && name == "UNQUOTE")
      return eval(inner, scope);
    const Form *made = quasiquote(inner, depth + change, scope);
    return made ? list({form->cons.car, made}, form) : nullptr;
  }
  llvm::SmallVector<std::pair<const Form *, const Form *>, 8> parts;
  const Form *at = form, *tail = nullptr;
  for (; at->isCons(); at = at->cons.cdr) {
    if (at != form && isPrefixed(at, "UNQUOTE"))
      break; // the tail of `(a . ,b)
    const Form *item = at->cons.car;
    bool splice = depth == 1 && isPrefixed(item, "UNQUOTE-SPLICING");
    const Form *value = splice ? eval(item->cons.cdr->cons.car, scope)
                               : quasiquote(item, depth, scope);
    if (!value)
      return nullptr;
    if (!splice) {
      parts.push_back({value, at});
      continue;
    }
    if (at->cons.cdr->isNil()) { // spliced last: shared, not copied
      tail = value;
      break;
    }
    if (!isProperList(value))
      return fail(item, DiagnosticKind::WrongArgument,
                  {",@", "a list", toString(value)});
    for (const Form *spliced : items(value))
      parts.push_back({spliced, at});
    if (!charge(item, items(value).size()))
      return nullptr;
  }
  if (!tail)
    tail = at->isCons() ? quasiquote(at, depth, scope) : at;
  if (!tail)
    return nullptr;
  while (!parts.empty()) {
    auto [value, cell] = parts.pop_back_val();
    tail = cons(value, tail, cell);
  }
  return tail;
}

} // namespace whistler::compiler
