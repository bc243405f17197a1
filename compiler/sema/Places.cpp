// Places: what setf, incf and decf store into. A place is a variable, a global,
// a field or element of memory that the program may write, a map entry, a
// context field, or (load T p off). Kernel memory is a place where the kernel
// permits it (KernelPlaces.cpp).
//
// A byte array set from an array of the kernel is one bulk read; set from an
// array of the program it is a copy.

#include "Places.h"

#include <llvm/Support/MathExtras.h>

namespace whistler::compiler {

namespace {

std::optional<MemoryPlace> elementPlace(Analyzer &a, const Form *form,
                                        NodePtr base, const Accessor &accessor,
                                        const Form *indexForm) {
  NodePtr index = a.expression(indexForm);
  if (isError(index))
    return std::nullopt;
  NodePtr node = readFieldAsIs(a, form, std::move(base), *accessor.record,
                               *accessor.field, std::move(index));
  if (isError(node))
    return std::nullopt;
  MemoryPlace place{nullptr, *accessor.field->type.element};
  place.isNetworkOrder = accessor.field->isNetworkOrder;
  place.address = node->kind == NodeKind::Load ? std::move(node->children[0])
                                               : std::move(node);
  return place;
}

std::optional<MemoryPlace> fieldPlace(Analyzer &a, const Form *form,
                                      const std::vector<Accessor> &candidates) {
  llvm::SmallVector<const Form *, 8> args = items(form->cons.cdr);
  if (args.empty() || args.size() > 2) {
    a.report(form, Kind::WrongArgumentCount,
             {toString(form->cons.car), "1 to 2", std::to_string(args.size())});
    return std::nullopt;
  }
  NodePtr base = a.pointer(args[0]);
  const Accessor *accessor = &candidates.front();
  for (const Accessor &candidate : candidates)
    if (candidate.record->name == base->type.pointee)
      accessor = &candidate;
  if (isError(base) || !checkPointee(a, form, base, *accessor->record))
    return std::nullopt;
  if (!base->type.isPointer || !isProgramSpace(base->type.space))
    return kernelFieldPlace(a, form, std::move(base), *accessor,
                            args.size() == 2 ? args[1] : nullptr);
  if (args.size() == 2)
    return elementPlace(a, form, std::move(base), *accessor, args[1]);
  const FieldInfo &field = *accessor->field;
  MemoryPlace place{nullptr, field.type};
  place.isNetworkOrder = field.isNetworkOrder;
  uint64_t offset = field.bitOffset / 8;
  if (field.bitSize) {
    offset = field.bitOffset / (field.type.bytes * 8) * field.type.bytes;
    place.shift = unsigned(field.bitOffset - offset * 8);
    place.bitSize = field.bitSize;
  }
  ValueType pointer = pointerTo(field.type, base->type.space);
  place.address = makeOffset(std::move(base), offset, pointer, form->span);
  return place;
}

std::optional<MemoryPlace> loadPlace(Analyzer &a, const Form *form,
                                     Forms args) {
  std::optional<MemoryType> type = a.parseType(args[0]);
  NodePtr base = a.pointer(args[1]);
  NodePtr offset =
      args.size() > 2 ? a.expression(args[2]) : makeInteger(0, form->span);
  if (!type || isError(base) || isError(offset))
    return std::nullopt;
  if (!base->type.isPointer || !isProgramSpace(base->type.space)) {
    a.report(form, Kind::KernelMemoryStore, {toString(form)});
    return std::nullopt;
  }
  if (!staysInside(a, form, base->type, offset, type->bytes))
    return std::nullopt;
  ValueType pointer = pointerTo(*type, base->type.space);
  return MemoryPlace{
      makeOffset(std::move(base), std::move(offset), pointer, form->span),
      *type};
}

/// An array or struct as a whole: from kernel memory or the program's own.
NodePtr copyInto(Analyzer &a, const Form *form, MemoryPlace place,
                 NodePtr value) {
  uint64_t bytes = place.type.bytes;
  if (!value->type.isPointer)
    return a.fail(form, Kind::AggregateFromInteger, {toString(form)});
  bool isKernel = !isProgramSpace(value->type.space);
  fitText(*value, bytes);
  uint64_t given = bytesAt(a, *value);
  if (given != 0 && given != bytes)
    return a.fail(form, Kind::CopySizeMismatch,
                  {std::to_string(bytes), std::to_string(given)});
  NodePtr node = makeNode(isKernel ? NodeKind::KernelCopy : NodeKind::Copy,
                          value->type, form->span);
  if (isKernel && a.function->kernelRead == nullptr)
    a.function->kernelRead = form;
  node->integer = bytes;
  node->children.push_back(std::move(place.address));
  node->children.push_back(std::move(value));
  return node;
}

/// The unit with the bits of a field replaced. `address` is used twice.
NodePtr storeBits(Analyzer &a, const Form *form, MemoryPlace place,
                  NodePtr value) {
  SourceSpan span = form->span;
  checkFits(a, value, valueTypeOf(place.type), place.bitSize);
  std::vector<NodePtr> sequence;
  Variable *at = a.once(std::move(place.address), sequence);
  Variable *kept = a.once(std::move(value), sequence);
  ValueType unit = integerType(unsigned(place.type.bytes * 8));
  uint64_t mask = llvm::maskTrailingOnes<uint64_t>(place.bitSize)
                  << place.shift;
  ValueType type = integerType();
  NodePtr rest = makeBinary(Op::And, makeLoad(makeRef(at, span), 0, unit, span),
                            makeInteger(~mask, span), type, span);
  NodePtr bits =
      makeBinary(Op::And,
                 makeBinary(Op::ShiftLeft, makeRef(kept, span),
                            makeInteger(place.shift, span), type, span),
                 makeInteger(mask, span), type, span);
  sequence.push_back(makeStore(
      makeRef(at, span), 0,
      makeBinary(Op::Or, std::move(rest), std::move(bits), type, span), unit,
      span));
  sequence.push_back(makeRef(kept, span));
  return makeSequence(std::move(sequence), span);
}

/// The place holds big-endian bytes; the value of the form is what was stored,
/// in host order.
NodePtr storeSwapped(Analyzer &a, const Form *form, MemoryPlace place,
                     NodePtr value) {
  std::vector<NodePtr> sequence;
  ValueType type = valueTypeOf(place.type);
  Variable *kept =
      a.once(makeConvert(std::move(value), type, form->span), sequence);
  NodePtr swapped =
      swapOrder(makeRef(kept, form->span), place.type, form->span);
  sequence.push_back(makeStore(std::move(place.address), 0, std::move(swapped),
                               type, form->span));
  sequence.push_back(makeRef(kept, form->span));
  return makeSequence(std::move(sequence), form->span);
}

NodePtr storeInto(Analyzer &a, const Form *form,
                  std::optional<MemoryPlace> place, NodePtr value) {
  if (!place || isError(value))
    return makeError(form->span);
  if (!place->type.isScalar())
    return copyInto(a, form, std::move(*place), std::move(value));
  if (place->bitSize)
    return storeBits(a, form, std::move(*place), std::move(value));
  ValueType stored = valueTypeOf(place->type);
  checkFits(a, value, stored);
  if (place->isNetworkOrder)
    return storeSwapped(a, form, std::move(*place), std::move(value));
  // A kernel pointer is a number once it is stored.
  if (stored.isPointer)
    stored = integerType();
  NodePtr store = makeStore(std::move(place->address), 0, std::move(value),
                            stored, form->span);
  store->isVolatile = place->isKernelField;
  return store;
}

/// The memory that `form` names, if it names memory at all.
enum class PlaceKind { Memory, Map, Context, None };
PlaceKind classify(Analyzer &a, const Form *form,
                   const std::vector<Accessor> *&accessors) {
  const Form *head = form->cons.car;
  if (!head->isSymbol())
    return PlaceKind::None;
  if (head->isNamed("GETMAP"))
    return PlaceKind::Map;
  if (head->isNamed("CTX"))
    return PlaceKind::Context;
  if (head->isNamed("LOAD"))
    return PlaceKind::Memory;
  auto found = a.accessors.find(accessorKey(head->symbol->name));
  if (found == a.accessors.end() ||
      found->second.front().kind != Accessor::Kind::Field)
    return PlaceKind::None;
  accessors = &found->second;
  return PlaceKind::Memory;
}

std::optional<MemoryPlace> memoryPlace(Analyzer &a, const Form *form,
                                       const std::vector<Accessor> *accessors) {
  if (accessors)
    return fieldPlace(a, form, *accessors);
  llvm::SmallVector<const Form *, 8> args = items(form->cons.cdr);
  if (args.size() < 2 || args.size() > 3) {
    a.report(form, Kind::WrongArgumentCount,
             {"load", "2 to 3", std::to_string(args.size())});
    return std::nullopt;
  }
  return loadPlace(a, form, args);
}

std::optional<MemoryPlace> globalPlace(Analyzer &a, const Form *name) {
  auto found = a.globals.find(cName(name));
  if (found == a.globals.end())
    return std::nullopt;
  if (found->second.isConstant) {
    a.report(name, Kind::ConstantStore, {toString(name)});
    return std::nullopt;
  }
  NodePtr address =
      makeNode(NodeKind::GlobalRef,
               pointerTo(found->second.type, Space::Global), name->span);
  address->index = found->second.index;
  return MemoryPlace{std::move(address), found->second.type};
}

/// `name` is neither a variable nor a global: why it can't be set.
NodePtr notAssignable(Analyzer &a, const Form *name) {
  if (name->isNamed("T") || isNamedConstant(a, name))
    return a.fail(name, Kind::ConstantStore, {toString(name)});
  if (a.maps.count(cName(name)))
    return a.fail(name, Kind::NotAPlace, {toString(name)});
  a.unknownVariable(name);
  return makeError(name->span);
}

NodePtr assignName(Analyzer &a, const Form *place, NodePtr value,
                   const Form *form) {
  if (Variable *variable = a.find(place->symbol))
    return setVariable(a, variable, std::move(value), form->span);
  if (a.globals.count(cName(place)))
    return storeInto(a, form, globalPlace(a, place), std::move(value));
  return notAssignable(a, place);
}

NodePtr notAPlace(Analyzer &a, const Form *place) {
  if (place->isCons() && place->cons.car->isSymbol() &&
      !findBuiltin(place->cons.car->symbol->name) &&
      !a.accessors.count(accessorKey(place->cons.car->symbol->name))) {
    a.unknownFunction(place->cons.car);
    return makeError(place->span);
  }
  return a.fail(place, Kind::NotAPlace, {toString(place)});
}

} // namespace

NodePtr setVariable(Analyzer &a, Variable *variable, NodePtr value,
                    SourceSpan span) {
  if (isError(value))
    return value;
  // `(let ((p 0)) … (setf p (map-lookup …)))`: a pointer from now on.
  a.function->nonNull.erase(variable);
  bool isOuter =
      a.function->callback &&
      llvm::any_of(a.function->callback->captures, [&](const Capture &capture) {
        return capture.variable == variable;
      });
  if (isOuter && value->type.isPointer && value->type.space == Space::Stack) {
    a.diagnostics.report(span, Kind::ReturnsStackPointer);
    return makeError(span);
  }
  bool adopts = value->type.isPointer && !variable->type.isPointer &&
                variable->type.bits == 64;
  if (adopts) {
    variable->type = value->type;
    variable->type.maybeNull = false;
  }
  checkFits(a, value, variable->type);
  return makeAssign(variable, std::move(value), span);
}

NodePtr assign(Analyzer &a, const Form *place, const Form *valueForm,
               const Form *form) {
  if (place->isSymbol() && !place->isKeyword())
    return assignName(a, place, a.expression(valueForm), form);
  if (!place->isCons())
    return notAPlace(a, place);
  const std::vector<Accessor> *accessors = nullptr;
  llvm::SmallVector<const Form *, 8> args = items(place->cons.cdr);
  switch (classify(a, place, accessors)) {
  case PlaceKind::Map:
    return setMapEntry(a, place, args, valueForm);
  case PlaceKind::Context:
    return storeContext(a, place, args, a.expression(valueForm));
  case PlaceKind::None:
    return notAPlace(a, place);
  case PlaceKind::Memory:
    break;
  }
  // In Lisp's order: the parts of the place, then the value.
  std::optional<MemoryPlace> memory = memoryPlace(a, place, accessors);
  return storeInto(a, place, std::move(memory), a.expression(valueForm));
}

NodePtr analyzeSetf(Analyzer &a, const Call &call) {
  if (call.args.size() % 2 != 0)
    return a.fail(call.form, Kind::OddSetf, {toString(call.form->cons.car)});
  std::vector<NodePtr> sequence;
  for (size_t i = 0; i + 1 < call.args.size(); i += 2)
    sequence.push_back(assign(a, call.args[i], call.args[i + 1], call.form));
  return makeSequence(std::move(sequence), call.form->span);
}

namespace {

/// `delta` evaluated now, so that what it changes is read after it.
NodePtr beforehand(Analyzer &a, NodePtr delta, std::vector<NodePtr> &sequence) {
  if (isError(delta) || isLiteral(delta) ||
      delta->kind == NodeKind::VariableRef)
    return delta;
  SourceSpan span = delta->span;
  return makeRef(a.once(std::move(delta), sequence), span);
}

NodePtr incrementMemory(Analyzer &a, const Form *form,
                        std::optional<MemoryPlace> place, Op op,
                        NodePtr delta) {
  if (!place || isError(delta))
    return makeError(form->span);
  if (!place->type.isScalar() || place->bitSize)
    return a.fail(form, Kind::NotAPlace, {toString(form)});
  ValueType type = valueTypeOf(place->type);
  if (type.isPointer)
    type = integerType();
  std::vector<NodePtr> sequence;
  Variable *at = a.once(std::move(place->address), sequence);
  delta = beforehand(a, std::move(delta), sequence);
  NodePtr old = makeLoad(makeRef(at, form->span), 0, type, form->span);
  if (place->isNetworkOrder)
    old = swapOrder(std::move(old), place->type, form->span);
  NodePtr sum = arithmetic(a, form, op, std::move(old), std::move(delta));
  place->address = makeRef(at, form->span);
  sequence.push_back(storeInto(a, form, std::move(place), std::move(sum)));
  return makeSequence(std::move(sequence), form->span);
}

} // namespace

namespace {

NodePtr incrementVariable(Analyzer &a, const Form *form, Variable *variable,
                          Op op, NodePtr delta) {
  if (isError(delta))
    return delta;
  std::vector<NodePtr> sequence;
  delta = beforehand(a, std::move(delta), sequence);
  NodePtr sum =
      arithmetic(a, form, op, makeRef(variable, form->span), std::move(delta));
  sequence.push_back(setVariable(a, variable, std::move(sum), form->span));
  return makeSequence(std::move(sequence), form->span);
}

NodePtr incrementContext(Analyzer &a, const Form *place, Op op, NodePtr delta) {
  std::vector<NodePtr> sequence;
  delta = beforehand(a, std::move(delta), sequence);
  NodePtr now = a.expression(place);
  if (isError(delta) || isError(now))
    return makeError(place->span);
  NodePtr sum = arithmetic(a, place, op, std::move(now), std::move(delta));
  sequence.push_back(
      storeContext(a, place, items(place->cons.cdr), std::move(sum)));
  return makeSequence(std::move(sequence), place->span);
}

NodePtr incrementName(Analyzer &a, const Call &call, Op op, NodePtr delta) {
  const Form *place = call.args[0];
  if (Variable *variable = a.find(place->symbol))
    return incrementVariable(a, call.form, variable, op, std::move(delta));
  if (a.globals.count(cName(place)))
    return incrementMemory(a, call.form, globalPlace(a, place), op,
                           std::move(delta));
  return notAssignable(a, place);
}

} // namespace

NodePtr analyzeIncf(Analyzer &a, const Call &call) {
  const Form *place = call.args[0];
  Op op = Op(call.data);
  auto delta = [&] {
    return call.args.size() > 1 ? a.expression(call.args[1])
                                : makeInteger(1, call.form->span);
  };
  if (place->isSymbol() && !place->isKeyword())
    return incrementName(a, call, op, delta());
  if (!place->isCons())
    return notAPlace(a, place);
  const std::vector<Accessor> *accessors = nullptr;
  switch (classify(a, place, accessors)) {
  case PlaceKind::Map: {
    NodePtr value = delta();
    if (op == Op::Sub)
      value =
          makeUnary(Op::Neg, std::move(value), integerType(), call.form->span);
    return incrementMapEntry(a, place, items(place->cons.cdr),
                             std::move(value));
  }
  case PlaceKind::Context:
    return incrementContext(a, place, op, delta());
  case PlaceKind::Memory: {
    std::optional<MemoryPlace> memory = memoryPlace(a, place, accessors);
    return incrementMemory(a, place, std::move(memory), op, delta());
  }
  case PlaceKind::None:
    break;
  }
  return notAPlace(a, place);
}

} // namespace whistler::compiler
