// Special operators of the compile-time Lisp that steer: conditions, blocks,
// quoting, simple iteration.

#include "expand/Evaluator.h"

namespace whistler::compiler {

namespace {

const Form *second(const Form *form) { return form->cons.cdr->cons.car; }
const Form *rest(const Form *form) { return form->cons.cdr->cons.cdr; }

const Form *opQuote(Evaluator &, const Form *form, Environment) {
  return second(form);
}

const Form *opQuasiquote(Evaluator &ev, const Form *form, Environment scope) {
  return ev.quasiquote(second(form), 1, scope);
}

const Form *opFunction(Evaluator &ev, const Form *form, Environment scope) {
  return ev.function(second(form), scope);
}

const Form *opIf(Evaluator &ev, const Form *form, Environment scope) {
  const Form *test = ev.eval(second(form), scope);
  if (!test)
    return nullptr;
  const Form *arm = isTrue(test) ? rest(form) : rest(form)->cons.cdr;
  return arm->isCons() ? ev.eval(arm->cons.car, scope) : ev.nil();
}

const Form *whenOrUnless(Evaluator &ev, const Form *form, Environment scope,
                         bool wanted) {
  const Form *test = ev.eval(second(form), scope);
  if (!test)
    return nullptr;
  return isTrue(test) == wanted ? ev.progn(rest(form), scope) : ev.nil();
}

const Form *opWhen(Evaluator &ev, const Form *form, Environment scope) {
  return whenOrUnless(ev, form, scope, true);
}

const Form *opUnless(Evaluator &ev, const Form *form, Environment scope) {
  return whenOrUnless(ev, form, scope, false);
}

const Form *opCond(Evaluator &ev, const Form *form, Environment scope) {
  for (const Form *clause : items(form->cons.cdr)) {
    if (!clause->isCons())
      return ev.fail(form, DiagnosticKind::MalformedForm,
                     {"cond", "a clause is a list"});
    const Form *test = ev.eval(clause->cons.car, scope);
    if (!test)
      return nullptr;
    if (isTrue(test))
      return clause->cons.cdr->isNil() ? test
                                       : ev.progn(clause->cons.cdr, scope);
  }
  return ev.nil();
}

bool keyMatches(const Form *keys, const Form *value) {
  if (keys->isNamed("T") || keys->isNamed("OTHERWISE"))
    return true;
  if (!keys->isCons())
    return isEql(keys, value);
  return llvm::any_of(items(keys),
                      [&](const Form *key) { return isEql(key, value); });
}

const Form *opCase(Evaluator &ev, const Form *form, Environment scope) {
  const Form *value = ev.eval(second(form), scope);
  if (!value)
    return nullptr;
  for (const Form *clause : items(rest(form)))
    if (clause->isCons() && keyMatches(clause->cons.car, value))
      return ev.progn(clause->cons.cdr, scope);
  return ev.nil();
}

const Form *opAnd(Evaluator &ev, const Form *form, Environment scope) {
  const Form *value = ev.boolean(true);
  for (const Form *part : items(form->cons.cdr)) {
    value = ev.eval(part, scope);
    if (!value || !isTrue(value))
      return value;
  }
  return value;
}

const Form *opOr(Evaluator &ev, const Form *form, Environment scope) {
  for (const Form *part : items(form->cons.cdr)) {
    const Form *value = ev.eval(part, scope);
    if (!value || isTrue(value))
      return value;
  }
  return ev.nil();
}

const Form *opProgn(Evaluator &ev, const Form *form, Environment scope) {
  return ev.progn(form->cons.cdr, scope);
}

const Form *opProg1(Evaluator &ev, const Form *form, Environment scope) {
  const Form *value = ev.eval(second(form), scope);
  return value && ev.progn(rest(form), scope) ? value : nullptr;
}

const Symbol *blockName(Evaluator &ev, const Form *form) {
  return form->isSymbol() ? form->symbol : ev.forms().intern("NIL");
}

const Form *opBlock(Evaluator &ev, const Form *form, Environment scope) {
  const Form *value = ev.progn(rest(form), scope);
  return value ? value : ev.caught(blockName(ev, second(form)));
}

const Form *leaveWith(Evaluator &ev, const Symbol *name, const Form *rest,
                      Environment scope) {
  const Form *value =
      rest->isCons() ? ev.eval(rest->cons.car, scope) : ev.nil();
  return value ? ev.leave(name, value) : nullptr;
}

const Form *opReturnFrom(Evaluator &ev, const Form *form, Environment scope) {
  return leaveWith(ev, blockName(ev, second(form)), rest(form), scope);
}

const Form *opReturn(Evaluator &ev, const Form *form, Environment scope) {
  return leaveWith(ev, ev.forms().intern("NIL"), form->cons.cdr, scope);
}

const Form *finish(Evaluator &ev, const Form *header, Environment scope) {
  const Form *result = header->cons.cdr->cons.cdr;
  return result->isCons() ? ev.eval(result->cons.car, scope) : ev.nil();
}

bool isHeader(Evaluator &ev, const Form *form) {
  const Form *header = second(form);
  if (header->isCons() && header->cons.car->isSymbol() &&
      header->cons.cdr->isCons())
    return true;
  ev.fail(form, DiagnosticKind::MalformedForm,
          {toString(form->cons.car), "it begins with (variable value)"});
  return false;
}

const Form *opDolist(Evaluator &ev, const Form *form, Environment scope) {
  if (!isHeader(ev, form))
    return nullptr;
  const Form *header = second(form);
  const Form *list = ev.eval(header->cons.cdr->cons.car, scope);
  for (; list && list->isCons(); list = list->cons.cdr) {
    Environment inner = scope;
    ev.push(inner, header->cons.car->symbol, list->cons.car);
    if (!ev.charge(form) || !ev.progn(rest(form), inner))
      return ev.caught(ev.forms().intern("NIL"));
  }
  if (!list)
    return nullptr;
  ev.push(scope, header->cons.car->symbol, ev.nil());
  return finish(ev, header, scope);
}

const Form *opDotimes(Evaluator &ev, const Form *form, Environment scope) {
  if (!isHeader(ev, form))
    return nullptr;
  const Form *header = second(form);
  const Form *count = ev.eval(header->cons.cdr->cons.car, scope);
  if (!count)
    return nullptr;
  if (!isNumber(count))
    return ev.typeError(form, count, "an integer");
  WideInteger end = wideValue(count);
  for (WideInteger i = 0; i < end; ++i) {
    Environment inner = scope;
    ev.push(inner, header->cons.car->symbol, ev.integer(i, form));
    if (!ev.charge(form) || !ev.progn(rest(form), inner))
      return ev.caught(ev.forms().intern("NIL"));
  }
  ev.push(scope, header->cons.car->symbol, ev.integer(end < 0 ? 0 : end, form));
  return finish(ev, header, scope);
}

const Form *opWhile(Evaluator &ev, const Form *form, Environment scope) {
  for (;;) {
    const Form *test = ev.eval(second(form), scope);
    if (!test)
      return nullptr;
    if (!isTrue(test))
      return ev.nil();
    if (!ev.charge(form) || !ev.progn(rest(form), scope))
      return ev.caught(ev.forms().intern("NIL"));
  }
}

constexpr OperatorRow kRows[] = {
    {"QUOTE", 1, 1, opQuote},       {"QUASIQUOTE", 1, 1, opQuasiquote},
    {"FUNCTION", 1, 1, opFunction}, {"IF", 2, 3, opIf},
    {"WHEN", 1, -1, opWhen},        {"UNLESS", 1, -1, opUnless},
    {"COND", 0, -1, opCond},        {"CASE", 1, -1, opCase},
    {"AND", 0, -1, opAnd},          {"OR", 0, -1, opOr},
    {"PROGN", 0, -1, opProgn},      {"PROG1", 1, -1, opProg1},
    {"BLOCK", 1, -1, opBlock},      {"RETURN-FROM", 1, 2, opReturnFrom},
    {"RETURN", 0, 1, opReturn},     {"DOLIST", 1, -1, opDolist},
    {"DOTIMES", 1, -1, opDotimes},  {"WHILE", 1, -1, opWhile},
};

} // namespace

llvm::ArrayRef<OperatorRow> controlOperators() { return kRows; }

} // namespace whistler::compiler
