// Special operators of the compile-time Lisp that bind and assign.

#include "expand/Evaluator.h"

namespace whistler::compiler {

namespace {

const Form *second(const Form *form) { return form->cons.cdr->cons.car; }
const Form *rest(const Form *form) { return form->cons.cdr->cons.cdr; }

const Form *letForm(Evaluator &ev, const Form *form, Environment scope,
                    bool sequential) {
  Environment inner = scope;
  for (const Form *binding : items(second(form))) {
    const Form *name = binding->isCons() ? binding->cons.car : binding;
    if (!name->isSymbol())
      return ev.fail(form, DiagnosticKind::MalformedForm,
                     {"let", "a binding is `name` or `(name value)`"});
    const Form *value = ev.nil();
    if (binding->isCons() && binding->cons.cdr->isCons())
      value = ev.eval(binding->cons.cdr->cons.car, sequential ? inner : scope);
    if (!value)
      return nullptr;
    ev.push(inner, name->symbol, value);
  }
  return ev.progn(rest(form), inner);
}

const Form *opLet(Evaluator &ev, const Form *form, Environment scope) {
  return letForm(ev, form, scope, false);
}

const Form *opLetStar(Evaluator &ev, const Form *form, Environment scope) {
  return letForm(ev, form, scope, true);
}

const Form *opDeclare(Evaluator &ev, const Form *, Environment) {
  return ev.nil();
}

const Form *opLambda(Evaluator &ev, const Form *form, Environment scope) {
  return ev.closure(ev.forms().intern("LAMBDA"), second(form), rest(form),
                    scope);
}

const Form *functionsForm(Evaluator &ev, const Form *form, Environment scope,
                          bool recursive) {
  Environment inner = scope;
  llvm::SmallVector<Binding, 4> made;
  for (const Form *definition : items(second(form))) {
    if (!definition->isCons() || !definition->cons.car->isSymbol() ||
        !definition->cons.cdr->isCons())
      return ev.fail(form, DiagnosticKind::MalformedForm,
                     {toString(form->cons.car), "`(name (parameters) body…)`"});
    const Form *closure =
        ev.closure(definition->cons.car->symbol, second(definition),
                   rest(definition), scope);
    Environment added;
    ev.push(added, definition->cons.car->symbol, closure);
    added.variables->outer = inner.functions;
    inner.functions = added.variables;
  }
  if (recursive)
    for (Binding *at = inner.functions; at != scope.functions; at = at->outer)
      static_cast<Object *>(at->value->object)->scope.functions =
          inner.functions;
  return ev.progn(rest(form), inner);
}

const Form *opFlet(Evaluator &ev, const Form *form, Environment scope) {
  return functionsForm(ev, form, scope, false);
}

const Form *opLabels(Evaluator &ev, const Form *form, Environment scope) {
  return functionsForm(ev, form, scope, true);
}

const Form *opSetf(Evaluator &ev, const Form *form, Environment scope) {
  const Form *value = ev.nil();
  const Form *at = form->cons.cdr;
  for (; at->isCons() && at->cons.cdr->isCons(); at = rest(at)) {
    value = ev.eval(second(at), scope);
    if (!value || !ev.assign(at->cons.car, value, scope))
      return nullptr;
  }
  if (!at->isNil())
    return ev.fail(form, DiagnosticKind::MalformedForm,
                   {toString(form->cons.car), "a place without a value"});
  return value;
}

const Form *opPush(Evaluator &ev, const Form *form, Environment scope) {
  const Form *item = ev.eval(second(form), scope);
  const Form *place = rest(form)->cons.car;
  const Form *before = item ? ev.eval(place, scope) : nullptr;
  if (!before)
    return nullptr;
  const Form *after = ev.cons(item, before, form);
  return ev.assign(place, after, scope) ? after : nullptr;
}

const Form *opPop(Evaluator &ev, const Form *form, Environment scope) {
  const Form *before = ev.eval(second(form), scope);
  if (!before || before->isNil())
    return before;
  if (!before->isCons())
    return ev.typeError(form, before, "a list");
  return ev.assign(second(form), before->cons.cdr, scope) ? before->cons.car
                                                          : nullptr;
}

const Form *addTo(Evaluator &ev, const Form *form, Environment scope,
                  int sign) {
  const Form *before = ev.eval(second(form), scope);
  const Form *more = rest(form);
  const Form *by = !before          ? nullptr
                   : more->isCons() ? ev.eval(more->cons.car, scope)
                                    : ev.integer(1, form);
  if (!by)
    return nullptr;
  if (!isNumber(before) || !isNumber(by))
    return ev.typeError(form, isNumber(by) ? before : by, "an integer");
  const Form *after =
      ev.integer(wideValue(before) + sign * wideValue(by), form);
  return after && ev.assign(second(form), after, scope) ? after : nullptr;
}

const Form *opIncf(Evaluator &ev, const Form *form, Environment scope) {
  return addTo(ev, form, scope, 1);
}

const Form *opDecf(Evaluator &ev, const Form *form, Environment scope) {
  return addTo(ev, form, scope, -1);
}

const Form *opDestructuringBind(Evaluator &ev, const Form *form,
                                Environment scope) {
  const Form *value = ev.eval(rest(form)->cons.car, scope);
  if (!value || !ev.bind(second(form), value, form, scope, true))
    return nullptr;
  return ev.progn(rest(form)->cons.cdr, scope);
}

const Form *opMultipleValueBind(Evaluator &ev, const Form *form,
                                Environment scope) {
  ev.values.clear();
  const Form *first = ev.eval(rest(form)->cons.car, scope);
  if (!first)
    return nullptr;
  std::vector<const Form *> values = std::exchange(ev.values, {});
  if (values.empty() || values[0] != first)
    values = {first};
  size_t index = 0;
  for (const Form *name : items(second(form))) {
    if (!name->isSymbol())
      return ev.typeError(form, name, "names");
    ev.push(scope, name->symbol,
            index < values.size() ? values[index] : ev.nil());
    ++index;
  }
  return ev.progn(rest(form)->cons.cdr, scope);
}

constexpr OperatorRow kRows[] = {
    {"LET", 1, -1, opLet},
    {"LET*", 1, -1, opLetStar},
    {"DECLARE", 0, -1, opDeclare},
    {"LAMBDA", 1, -1, opLambda},
    {"FLET", 1, -1, opFlet},
    {"LABELS", 1, -1, opLabels},
    {"SETF", 0, -1, opSetf},
    {"SETQ", 0, -1, opSetf},
    {"PUSH", 2, 2, opPush},
    {"POP", 1, 1, opPop},
    {"INCF", 1, 2, opIncf},
    {"DECF", 1, 2, opDecf},
    {"DESTRUCTURING-BIND", 2, -1, opDestructuringBind},
    {"MULTIPLE-VALUE-BIND", 2, -1, opMultipleValueBind},
};

} // namespace

bool Evaluator::assign(const Form *place, const Form *value,
                       Environment scope) {
  if (place->isSymbol() && !place->isKeyword()) {
    if (Binding *local = find(scope.variables, place->symbol))
      local->value = value;
    else if (globals_.contains(place->symbol))
      globals_[place->symbol] = value;
    else
      return eval(place, scope) != nullptr; // reports the unknown name
    return true;
  }
  auto parts = items(place);
  if (parts.size() >= 3 && parts[0]->isNamed("GETHASH")) {
    const Form *key = eval(parts[1], scope);
    const Form *table = key ? eval(parts[2], scope) : nullptr;
    if (!table)
      return false;
    const Form *arguments[] = {key, table, value};
    return apply(symbol(forms_.intern("%PUTHASH"), place), arguments, place) !=
           nullptr;
  }
  fail(place, DiagnosticKind::UnsupportedPlace, {toString(place)});
  return false;
}

llvm::ArrayRef<OperatorRow> bindingOperators() { return kRows; }

} // namespace whistler::compiler
