// let and let*. A binding's type is its initializer's, unless the source says
// otherwise; a pointer stays a pointer whatever width is declared, because the
// memory it leads to belongs to the value.

#include "Analyzer.h"

#include <llvm/ADT/MapVector.h>

namespace whistler::compiler {

namespace {

struct Binding {
  const Form *name = nullptr, *type = nullptr, *value = nullptr;
};

std::optional<Binding> parseBinding(Analyzer &a, const Form *form) {
  if (form->isSymbol() && !form->isKeyword())
    return Binding{form, nullptr, nullptr};
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (form->isCons() && isProperList(form) && !parts.empty() &&
      parts.size() <= 3 && parts[0]->isSymbol() && !parts[0]->isKeyword()) {
    if (parts.size() == 3)
      return Binding{parts[0], parts[1], parts[2]};
    return Binding{parts[0], nullptr, parts.size() > 1 ? parts[1] : nullptr};
  }
  a.report(form, Kind::MalformedBinding, {toString(form)});
  if (form->isCons() && form->cons.car->isSymbol())
    a.brokenNames.insert(form->cons.car->symbol);
  return std::nullopt;
}

/// The type that a `declare` gives to the variable `name`.
struct Declared {
  const Form *name = nullptr, *type = nullptr;
};
using DeclaredTypes = llvm::MapVector<const Symbol *, Declared>;

/// `(declare (type T v …))` at the head of a body; other declarations (ignore,
/// optimize) say nothing to this compiler. Gives the number of forms taken.
size_t takeDeclarations(Forms body, DeclaredTypes &types) {
  size_t taken = 0;
  while (taken < body.size() && body[taken]->isCons() &&
         body[taken]->cons.car->isNamed("DECLARE")) {
    for (const Form *item : items(body[taken]->cons.cdr)) {
      llvm::SmallVector<const Form *, 8> parts = items(item);
      if (!item->isCons() || parts.size() < 3 || !parts[0]->isNamed("TYPE"))
        continue;
      for (const Form *name : Forms(parts).drop_front(2))
        if (name->isSymbol())
          types[name->symbol] = {name, parts[1]};
    }
    ++taken;
  }
  return taken;
}

/// A declaration of what the form does not bind would say nothing.
void checkDeclared(Analyzer &a, const DeclaredTypes &types,
                   llvm::ArrayRef<const Symbol *> bound) {
  std::vector<std::string> names;
  for (const Symbol *name : bound)
    names.push_back(name->name.lower());
  for (const auto &[symbol, declared] : types)
    if (!llvm::is_contained(bound, symbol)) {
      std::string name = toString(declared.name);
      a.report(declared.name, Kind::DeclaredNotBound,
               {name, didYouMean(name, names)});
    }
}

} // namespace

ValueType boundType(const ValueType &value,
                    const std::optional<MemoryType> &declared) {
  if (!declared)
    return value;
  if (!value.isPointer)
    return valueTypeOf(*declared);
  ValueType type = value;
  if (declared->kind == MemoryType::Kind::Pointer && !declared->name.empty()) {
    type.pointee = declared->name;
    type.arrayBytes = 0;
  }
  return type;
}

namespace {

/// Evaluates one binding; the variable comes into scope by the caller.
Variable *bindVariable(Analyzer &a, const Binding &binding, const Form *type,
                       std::vector<NodePtr> &sequence) {
  NodePtr value = binding.value ? a.expression(binding.value)
                                : makeInteger(0, binding.name->span);
  std::optional<MemoryType> declared;
  if (type && !(declared = a.parseType(type)))
    value = makeError(binding.name->span);
  if (declared && !declared->isScalar()) {
    a.report(type, Kind::NotScalarType, {toString(type)});
    value = makeError(binding.name->span);
  }
  ValueType valueType = boundType(value->type, declared);
  valueType.isError = value->type.isError;
  if (!declared && !valueType.isPointer)
    valueType.isBool = false;
  if (declared)
    checkFits(a, value, valueType);
  Variable *variable = a.temporary(valueType, binding.name->span);
  variable->name = cName(binding.name);
  // Another name for a look-up's result: whoever tests either, has tested.
  if (value->kind == NodeKind::VariableRef)
    a.function->tested.insert(variable);
  sequence.push_back(
      makeAssign(variable, std::move(value), binding.name->span));
  return variable;
}

} // namespace

NodePtr analyzeLet(Analyzer &a, const Call &call) {
  const Form *list = call.args[0];
  if (!list->isNil() && (!list->isCons() || !isProperList(list)))
    return a.fail(list, Kind::MalformedBinding, {toString(list)});
  bool isSequential = call.data != 0;
  Forms body = call.args.drop_front();
  DeclaredTypes types;
  body = body.drop_front(takeDeclarations(body, types));

  std::vector<FunctionState::Binding> &scope = a.function->scope;
  size_t outer = scope.size();
  std::vector<NodePtr> sequence;
  std::vector<FunctionState::Binding> pending;
  llvm::SmallVector<const Symbol *, 8> names;
  for (const Form *form : items(list)) {
    std::optional<Binding> binding = parseBinding(a, form);
    if (!binding)
      continue;
    const Symbol *name = binding->name->symbol;
    for (const FunctionState::Binding &other : pending)
      if (other.name == name)
        a.report(binding->name, Kind::DuplicateName, {toString(binding->name)});
    names.push_back(name);
    const Form *type = binding->type ? binding->type : types.lookup(name).type;
    Variable *variable = bindVariable(a, *binding, type, sequence);
    (isSequential ? scope : pending).push_back({name, variable});
  }
  checkDeclared(a, types, names);
  scope.insert(scope.end(), pending.begin(), pending.end());
  NodePtr value = a.body(body, call.form->span);
  scope.resize(outer);
  sequence.push_back(std::move(value));
  return makeSequence(std::move(sequence), call.form->span);
}

} // namespace whistler::compiler
