// The core of the compile-time Lisp: variables, calls, closures, the budget.
//
// Forms are evaluated as they stand; there is no compilation step, since most
// macros run a few times only. Builtins and special operators are rows of
// tables in the other files. A handler that fails has reported and returns
// null; a null with `leaving_` set is a return on its way to its block.

#include "expand/Evaluator.h"
#include "expand/Expander.h"

#include "reader/FormDiagnostics.h"

#include <new>

namespace whistler::compiler {

namespace {
constexpr size_t kMaxSteps = 4'000'000;
constexpr unsigned kMaxDepth = 2500;
} // namespace

Evaluator::Evaluator(FormContext &forms, DiagnosticEngine &diagnostics)
    : forms_(forms), diagnostics_(diagnostics),
      true_(forms.symbol(forms.intern("T"), {})) {
  for (auto rows : {numberBuiltins(), listBuiltins(), sequenceBuiltins(),
                    tableBuiltins(), textBuiltins()})
    for (const FunctionRow &row : rows) {
      const Form *form = nullptr;
      Object &object = newObject(Object::Kind::Builtin, nil(), form);
      object.name = forms_.intern(row.name);
      object.builtin = &row;
      functions_[object.name] = form;
    }
  for (auto rows : {controlOperators(), bindingOperators(), loopOperators()})
    for (const OperatorRow &row : rows)
      operators_[forms_.intern(row.name)] = &row;
}

const Form *Evaluator::evaluate(const Form *form) {
  steps_ = 0;
  outOfBudget_ = false;
  const Form *value = eval(form, {});
  if (!value && leaving_) {
    const Symbol *name = std::exchange(leaving_, nullptr);
    fail(form, DiagnosticKind::NoSuchBlock, {name->name.lower()});
  }
  return value;
}

void Evaluator::defineMacro(const Symbol *name, const Form *lambdaList,
                            const Form *body) {
  const Form *form = closure(name, lambdaList, body, {});
  macros_[name] = static_cast<const Object *>(form->object);
}

void Evaluator::defineFunction(const Symbol *name, const Form *lambdaList,
                               const Form *body) {
  functions_[name] = closure(name, lambdaList, body, {});
}

void Evaluator::defineVariable(const Symbol *name, const Form *value) {
  globals_[name] = value;
}

bool Evaluator::knowsFunction(const Symbol *name) const {
  return functions_.contains(name) || operators_.contains(name) ||
         macros_.contains(name);
}

const Form *Evaluator::fail(const Form *at, DiagnosticKind kind,
                            std::vector<std::string> arguments) {
  reportAt(diagnostics_, at->span, expansion_ ? expansion_ : at->expansion,
           kind, std::move(arguments));
  return nullptr;
}

const Form *Evaluator::typeError(const Form *call, const Form *got,
                                 llvm::StringRef wanted) {
  return fail(call, DiagnosticKind::WrongArgument,
              {toString(call->cons.car), wanted.str(), toString(got)});
}

bool Evaluator::charge(const Form *at, size_t steps) {
  steps_ += steps;
  if (steps_ <= kMaxSteps)
    return true;
  if (!outOfBudget_)
    fail(at, DiagnosticKind::OutOfSteps, {std::to_string(kMaxSteps)});
  outOfBudget_ = true;
  return false;
}

const Form *Evaluator::leave(const Symbol *name, const Form *value) {
  leaving_ = name;
  leavingValue_ = value;
  return nullptr;
}

const Form *Evaluator::caught(const Symbol *name) {
  if (!leaving_ || leaving_ != name)
    return nullptr;
  leaving_ = nullptr;
  return leavingValue_;
}

Object &Evaluator::newObject(Object::Kind kind, const Form *call,
                             const Form *&form) {
  Object &object = objects_.emplace_back();
  object.kind = kind;
  form = forms_.object(&object, call->span, expansion_);
  return object;
}

const Form *Evaluator::closure(const Symbol *name, const Form *lambdaList,
                               const Form *body, Environment scope) {
  const Form *form = nullptr;
  Object &object = newObject(Object::Kind::Closure, body, form);
  object.name = name;
  object.lambdaList = lambdaList;
  // Documentation and declarations mean nothing here.
  while (body->isCons() && body->cons.cdr->isCons() &&
         (body->cons.car->isString() ||
          (body->cons.car->isCons() &&
           body->cons.car->cons.car->isNamed("DECLARE"))))
    body = body->cons.cdr;
  object.body = body;
  object.scope = scope;
  return form;
}

void Evaluator::push(Environment &scope, const Symbol *name,
                     const Form *value) {
  scope.variables =
      new (bindings_.Allocate<Binding>()) Binding{name, value, scope.variables};
}

Binding *Evaluator::find(Binding *chain, const Symbol *name) const {
  while (chain && chain->name != name)
    chain = chain->outer;
  return chain;
}

const Form *Evaluator::eval(const Form *form, Environment scope) {
  if (form->isCons())
    return evalCall(form, scope);
  if (!form->isSymbol() || form->isKeyword() || form->isNamed("T"))
    return form;
  if (Binding *found = find(scope.variables, form->symbol))
    return found->value;
  if (const Form *value = globals_.lookup(form->symbol))
    return value;
  std::vector<std::string> names;
  for (const auto &entry : globals_)
    names.push_back(entry.first->name.lower());
  for (Binding *at = scope.variables; at; at = at->outer)
    names.push_back(at->name->name.lower());
  std::string name = form->symbol->name.lower();
  return fail(form, DiagnosticKind::UnknownCompileTimeVariable,
              {name, didYouMean(name, names)});
}

const Form *Evaluator::progn(const Form *body, Environment scope) {
  const Form *value = nil();
  for (; body->isCons() && value; body = body->cons.cdr)
    value = eval(body->cons.car, scope);
  return value;
}

const Form *Evaluator::unknownFunction(const Form *head) {
  std::vector<std::string> names;
  for (const auto &entry : functions_)
    names.push_back(entry.first->name.lower());
  for (const auto &entry : operators_)
    names.push_back(entry.first->name.lower());
  std::string name = toString(head);
  return fail(head, DiagnosticKind::UnknownCompileTimeFunction,
              {name, didYouMean(name, names)});
}

bool Evaluator::checkCount(llvm::StringRef name, int minimum, int maximum,
                           size_t count, const Form *call) {
  int given = static_cast<int>(count);
  if (given >= minimum && (maximum < 0 || given <= maximum))
    return true;
  std::string wanted = std::to_string(minimum);
  if (maximum < 0)
    wanted += " or more";
  else if (maximum != minimum)
    wanted += " to " + std::to_string(maximum);
  fail(call, DiagnosticKind::WrongArgumentCount,
       {name.lower(), wanted, std::to_string(count)});
  return false;
}

/// A call: local function, special operator, macro, then global function.
const Form *Evaluator::evalCall(const Form *form, Environment scope) {
  if (!charge(form))
    return nullptr;
  if (depth_ == kMaxDepth)
    return fail(form, DiagnosticKind::CompileTimeRecursion,
                {std::to_string(kMaxDepth)});
  struct Deeper {
    unsigned &depth;
    explicit Deeper(unsigned &depth) : depth(depth) { ++depth; }
    ~Deeper() { --depth; }
  } deeper(depth_);
  const Form *head = form->cons.car;
  if (!head->isSymbol()) {
    const Form *callee = head->isCons() && head->cons.car->isNamed("LAMBDA")
                             ? eval(head, scope)
                             : unknownFunction(head);
    return callee ? evalArguments(form, scope, callee) : nullptr;
  }
  if (Binding *local = find(scope.functions, head->symbol))
    return evalArguments(form, scope, local->value);
  if (const OperatorRow *row = operators_.lookup(head->symbol)) {
    if (!checkCount(row->name, row->minimum, row->maximum,
                    items(form).size() - 1, form))
      return nullptr;
    return row->handler(*this, form, scope);
  }
  if (const Object *macro = macros_.lookup(head->symbol)) {
    Environment inner = macro->scope;
    if (!bind(macro->lambdaList, form->cons.cdr, form, inner, true))
      return nullptr;
    const Form *expanded = progn(macro->body, inner);
    return expanded ? eval(expanded, scope) : nullptr;
  }
  if (const Form *global = functions_.lookup(head->symbol))
    return evalArguments(form, scope, global);
  return unknownFunction(head);
}

const Form *Evaluator::evalArguments(const Form *form, Environment scope,
                                     const Form *function) {
  llvm::SmallVector<const Form *, 4> arguments;
  for (const Form *at = form->cons.cdr; at->isCons(); at = at->cons.cdr) {
    const Form *value = eval(at->cons.car, scope);
    if (!value)
      return nullptr;
    arguments.push_back(value);
  }
  return apply(function, arguments, form);
}

const Form *Evaluator::apply(const Form *function, Arguments arguments,
                             const Form *call) {
  if (function->isSymbol()) {
    const Form *global = functions_.lookup(function->symbol);
    if (!global)
      return unknownFunction(function);
    function = global;
  }
  auto *object = function->kind == Form::Kind::Object
                     ? static_cast<const Object *>(function->object)
                     : nullptr;
  if (!object || object->kind == Object::Kind::Table)
    return fail(call, DiagnosticKind::NotAFunction, {toString(function)});
  if (object->kind == Object::Kind::Closure)
    return callClosure(*object, list(arguments, call), call);
  const FunctionRow &row = *object->builtin;
  if (!checkCount(row.name, row.minimum, row.maximum, arguments.size(), call))
    return nullptr;
  return row.handler(*this, arguments, call);
}

const Form *Evaluator::callClosure(const Object &closure, const Form *arguments,
                                   const Form *call) {
  Environment scope = closure.scope;
  if (!charge(call) || !bind(closure.lambdaList, arguments, call, scope, false))
    return nullptr;
  const Form *value = progn(closure.body, scope);
  return value ? value : caught(closure.name);
}

const Form *Evaluator::function(const Form *designator, Environment scope) {
  if (designator->isCons())
    return eval(designator, scope);
  if (!designator->isSymbol())
    return unknownFunction(designator);
  if (Binding *local = find(scope.functions, designator->symbol))
    return local->value;
  if (const Form *global = functions_.lookup(designator->symbol))
    return global;
  return unknownFunction(designator);
}

/// Marks what the macro wrote: parts made while it ran already carry the
/// expansion, parts quoted in its text are copied, parts of the call stay.
const Form *Evaluator::label(const Form *form, SourceSpan user) {
  llvm::SmallVector<const Form *, 8> cells;
  const Form *at = form;
  auto isForeign = [&](const Form *part) {
    if (part->isNil() || part->expansion == expansion_)
      return part->isNil();
    return part->expansion != nullptr ||
           (part->span.file == user.file && part->span.begin >= user.begin &&
            part->span.end <= user.end);
  };
  for (; at->isCons() && !isForeign(at); at = at->cons.cdr) {
    if (!charge(at))
      return forms_.nil();
    cells.push_back(at);
  }
  const Form *out = at;
  if (!at->isCons() && !isForeign(at) && at->expansion != expansion_)
    out = forms_.copy(at, expansion_);
  while (!cells.empty()) {
    const Form *cell = cells.pop_back_val();
    const Form *car = label(cell->cons.car, user);
    bool same = car == cell->cons.car && out == cell->cons.cdr &&
                cell->expansion == expansion_;
    out = same ? cell : forms_.cons(car, out, cell->span, expansion_);
  }
  return out;
}

const Form *Evaluator::expandCall(const Object &macro, const Form *call) {
  bool outermost = !expansion_;
  if (outermost) {
    steps_ = 0;
    outOfBudget_ = false;
  }
  const Expansion *before = expansion_;
  expansion_ = forms_.expansion(call->span, macro.name, call->expansion);
  Environment scope = macro.scope;
  const Form *value = nullptr;
  if (bind(macro.lambdaList, call->cons.cdr, call, scope, true)) {
    value = progn(macro.body, scope);
    if (!value)
      value = caught(macro.name);
    if (!value && leaving_)
      fail(call, DiagnosticKind::NoSuchBlock,
           {std::exchange(leaving_, nullptr)->name.lower()});
  }
  if (value)
    value = label(value, userSpan(call->span, call->expansion));
  expansion_ = before;
  return outOfBudget_ ? nullptr : value;
}

const Form *Evaluator::integer(WideInteger value, const Form *call) {
  if (value < INT64_MIN || value > WideInteger(UINT64_MAX))
    return fail(call, DiagnosticKind::CompileTimeOverflow,
                {toString(call->cons.car)});
  return forms_.integer(static_cast<uint64_t>(value), value < 0, call->span,
                        expansion_);
}

const Form *Evaluator::cons(const Form *car, const Form *cdr,
                            const Form *call) {
  return forms_.cons(car, cdr, call->span, expansion_);
}

const Form *Evaluator::list(Arguments items, const Form *call) {
  return forms_.list(items, call->span, expansion_);
}

const Form *Evaluator::string(llvm::StringRef text, const Form *call) {
  return forms_.string(text, call->span, expansion_);
}

const Form *Evaluator::symbol(const Symbol *symbol, const Form *call) {
  return forms_.symbol(symbol, call->span, expansion_);
}

bool isCompileTimeFunction(llvm::StringRef name) {
  for (auto rows : {controlOperators(), bindingOperators(), loopOperators()})
    if (llvm::any_of(rows,
                     [&](const OperatorRow &row) { return row.name == name; }))
      return true;
  for (auto rows : {numberBuiltins(), listBuiltins(), sequenceBuiltins(),
                    tableBuiltins(), textBuiltins()})
    if (llvm::any_of(rows,
                     [&](const FunctionRow &row) { return row.name == name; }))
      return true;
  return false;
}

} // namespace whistler::compiler
