// Expressions: atoms, and calls by the kind of their head. A head is a row of
// Builtins.def, an accessor that a struct made, or a helper of the kernel, in
// that order.

#include "Analyzer.h"

#include "../expand/Expander.h"

namespace whistler::compiler {

NodePtr globalAddress(const GlobalInfo &global, SourceSpan span) {
  NodePtr address = makeNode(NodeKind::GlobalRef,
                             pointerTo(global.type, Space::Global), span);
  address->index = global.index;
  return address;
}

namespace {

NodePtr globalValue(const GlobalInfo &global, SourceSpan span) {
  NodePtr address = globalAddress(global, span);
  if (!global.type.isScalar())
    return address;
  return makeLoad(std::move(address), 0, valueTypeOf(global.type), span);
}

/// A name that no variable, constant or global has: an enumerator of the
/// kernel's headers or of its BTF.
std::optional<int64_t> kernelEnumerator(Analyzer &a, const Form *form) {
  llvm::StringRef name = form->symbol->name;
  std::string cUpper = name.str();
  std::replace(cUpper.begin(), cUpper.end(), '-', '_');
  if (std::optional<uint64_t> value = findKernelConstant(cUpper))
    return int64_t(*value);
  bool looksLikeOne = name.contains('_') || llvm::any_of(name, [](char c) {
                        return c >= 'a' && c <= 'z';
                      });
  const btf::Btf *btf = looksLikeOne ? a.btf(form) : nullptr;
  if (btf == nullptr)
    return std::nullopt;
  if (std::optional<btf::Enumerator> found = btf->findEnumerator(cUpper))
    return found->value;
  if (std::optional<btf::Enumerator> found =
          btf->findEnumerator(cName(form->symbol)))
    return found->value;
  return std::nullopt;
}

} // namespace

bool isNamedConstant(Analyzer &a, const Form *name) {
  return a.constants.count(name->symbol->name) != 0 ||
         kernelEnumerator(a, name).has_value();
}

const Form *textOf(Analyzer &a, const Form *form) {
  if (form->isString())
    return form;
  bool isShadowed = form->isSymbol() && a.function && a.find(form->symbol);
  return form->isSymbol() && !form->isKeyword() && !isShadowed
             ? a.texts.lookup(form->symbol->name)
             : nullptr;
}

namespace {

/// `+S-size+` of a known struct.
std::optional<uint64_t> sizeConstant(Analyzer &a, llvm::StringRef name) {
  if (!name.starts_with("+") || !name.ends_with("-SIZE+"))
    return std::nullopt;
  std::string record = accessorKey(name.drop_front().drop_back(6));
  if (const StructInfo *info = a.findStruct(record))
    return info->bytes;
  return std::nullopt;
}

NodePtr signedInteger(int64_t value, SourceSpan span) {
  return makeInteger(uint64_t(value), span, value < 0);
}

NodePtr symbolValue(Analyzer &a, const Form *form) {
  SourceSpan span = form->span;
  if (form->isKeyword())
    return a.fail(form, Kind::KeywordAsValue, {toString(form)});
  if (Variable *variable = a.find(form->symbol)) {
    a.function->tested.insert(variable);
    return makeRef(variable, span);
  }
  if (form->isNamed("T"))
    return makeInteger(1, span);
  if (auto found = a.constants.find(form->symbol->name);
      found != a.constants.end())
    return signedInteger(found->second, span);
  if (const Form *text = textOf(a, form))
    return a.expression(text);
  if (auto found = a.globals.find(cName(form->symbol));
      found != a.globals.end())
    return globalValue(found->second, span);
  if (auto found = a.maps.find(cName(form->symbol)); found != a.maps.end())
    return mapNode(found->second, span);
  if (std::optional<uint64_t> size = sizeConstant(a, form->symbol->name))
    return makeInteger(*size, span);
  if (std::optional<int64_t> value = kernelEnumerator(a, form)) {
    checkResultName(a, form);
    return signedInteger(*value, span);
  }
  a.unknownVariable(form);
  return makeError(span);
}

NodePtr callBuiltin(Analyzer &a, const Form *form, const BuiltinRow &row,
                    Forms args) {
  int count = int(args.size());
  if (count >= row.minArgs && (row.maxArgs < 0 || count <= row.maxArgs))
    return row.handler(a, Call{form, args, row.data});
  std::string wanted = std::to_string(row.minArgs);
  if (row.maxArgs < 0)
    wanted = "at least " + wanted;
  else if (row.maxArgs != row.minArgs)
    wanted += " to " + std::to_string(row.maxArgs);
  return a.fail(form, Kind::WrongArgumentCount,
                {toString(form->cons.car), wanted, std::to_string(count)});
}

NodePtr callForm(Analyzer &a, const Form *form) {
  const Form *head = form->cons.car;
  if (!head->isSymbol() || head->isKeyword())
    return a.fail(form, Kind::HeadNotName, {toString(head)});
  if (!isProperList(form))
    return a.fail(form, Kind::DottedCall);
  llvm::SmallVector<const Form *, 8> args = items(form->cons.cdr);
  if (const BuiltinRow *row = findBuiltin(head->symbol->name))
    return callBuiltin(a, form, *row, args);
  if (SubprogramInfo *info = a.findSubprogram(cName(head->symbol)))
    return callSubprogram(a, form, *info, args);
  auto found = a.accessors.find(accessorKey(head->symbol->name));
  if (found != a.accessors.end())
    return callAccessor(a, form, args, found->second);
  if (const HelperRow *row = findHelper(cName(head->symbol)))
    return callHelperByName(a, form, *row, args);
  if (findDeclaration(head->symbol->name))
    return a.fail(form, Kind::DeclarationInside, {toString(head)});
  a.unknownFunction(head);
  // The arguments may hold mistakes of their own; those of an operator of the
  // compile-time Lisp are bindings and clauses.
  if (!isCompileTimeFunction(head->symbol->name))
    for (const Form *argument : args)
      a.expression(argument);
  return makeError(form->span);
}

NodePtr stringValue(const Form *form) {
  MemoryType character;
  character.bytes = 1;
  NodePtr node = makeNode(NodeKind::StringRef,
                          pointerTo(character, Space::Global), form->span);
  node->text = form->text().str();
  node->type.arrayBytes = node->text.size() + 1;
  return node;
}

} // namespace

NodePtr Analyzer::expression(const Form *form) {
  SourceSpan span = form->span;
  switch (form->kind) {
  case Form::Kind::Nil:
    return makeInteger(0, span);
  case Form::Kind::Integer:
  case Form::Kind::Character:
    return makeInteger(form->integer, span, form->isNegative);
  case Form::Kind::String:
    return stringValue(form);
  case Form::Kind::Symbol:
    return symbolValue(*this, form);
  case Form::Kind::Object:
    return fail(form, Kind::QuotedDatum, {toString(form)});
  case Form::Kind::Cons:
    break;
  }
  NodePtr node = callForm(*this, form);
  if (form->expansion)
    node->span = placeOf(form);
  return node;
}

NodePtr Analyzer::body(Forms bodyForms, SourceSpan span) {
  return makeSequence(expressions(bodyForms), span);
}

std::vector<NodePtr> Analyzer::expressions(Forms list) {
  std::vector<NodePtr> nodes;
  for (const Form *form : list)
    nodes.push_back(expression(form));
  return nodes;
}

namespace {

/// Kernel memory at an address that may be 0: a read there gives 0, but the
/// verifier refuses a direct load.
NodePtr asKernelAddress(NodePtr node) {
  ValueType type = node->type;
  type.space = Space::Kernel;
  type.maybeNull = false;
  SourceSpan span = node->span;
  return makeConvert(std::move(node), std::move(type), span);
}

} // namespace

NodePtr Analyzer::pointer(const Form *form) {
  NodePtr node;
  bool wasTested = true;
  if (Variable *variable = form->isSymbol() ? find(form->symbol) : nullptr) {
    wasTested = function->tested.contains(variable) ||
                function->nonNull.contains(variable);
    node = makeRef(variable, form->span);
  } else {
    node = expression(form);
    wasTested = node->kind != NodeKind::Call && node->kind != NodeKind::If &&
                node->kind != NodeKind::ContextLoadAt;
  }
  if (!wasTested && node->type.isPointer && node->type.maybeNull) {
    bool isKernel =
        node->type.space == Space::Kernel || node->type.space == Space::Trusted;
    return isKernel ? asKernelAddress(std::move(node))
                    : fail(form, Kind::MissingNullTest, {toString(form)});
  }
  if (!node->type.isPointer && node->type.bits < 64 && !isError(node))
    return fail(form, Kind::NotAnAddress,
                {toString(form), describe(node->type)});
  return node;
}

std::optional<uint64_t> Analyzer::constant(const Form *form, bool *isNegative) {
  NodePtr node = expression(form);
  if (isError(node))
    return std::nullopt;
  if (!isLiteral(node)) {
    report(form, Kind::NotConstant, {toString(form)});
    return std::nullopt;
  }
  if (isNegative)
    *isNegative = node->type.isSigned;
  return node->integer;
}

} // namespace whistler::compiler
