// Operations on maps. Keys and values may be scalars, which get a stack slot of
// exactly the map's width, or pointers to a struct of exactly its size.
//
// `incf` of an entry adds atomically when the entry is there and creates it
// when not; BPF_NOEXIST keeps an entry that another CPU made in between.

#include "Analyzer.h"

#include <linux/bpf.h>

namespace whistler::compiler {

namespace {

/// The map that a variable leads to, found in a map of maps.
const MapInfo *foundMap(Analyzer &a, const Form *form,
                        const Variable &variable) {
  auto inner = a.maps.find(variable.type.pointee);
  if (variable.type.space != Space::Map || inner == a.maps.end())
    return nullptr;
  if (variable.type.maybeNull && !a.function->tested.contains(&variable) &&
      !a.function->nonNull.contains(&variable)) {
    a.report(form, Kind::MissingNullTest, {toString(form)});
    return nullptr;
  }
  a.foundMaps.push_back(std::make_unique<MapInfo>(inner->second));
  a.foundMaps.back()->variable = &variable;
  return a.foundMaps.back().get();
}

} // namespace

const MapInfo *mapArgument(Analyzer &a, const Form *form) {
  if (form->isSymbol()) {
    if (const Variable *variable = a.function ? a.find(form->symbol) : nullptr;
        variable && variable->type.space == Space::Map)
      return foundMap(a, form, *variable);
    auto found = a.maps.find(cName(form));
    if (found != a.maps.end())
      return &found->second;
    if (a.brokenNames.contains(form->symbol))
      return nullptr;
  }
  std::vector<std::string> names;
  for (const auto &entry : a.maps)
    if (!entry.getKey().contains(' '))
      names.push_back(lispName(entry.getKey()));
  a.unknownName(form, Kind::UnknownMap, toString(form), names);
  return nullptr;
}

const MapInfo *mapFor(Analyzer &a, const Form *form, llvm::StringRef helper) {
  const MapInfo *map = mapArgument(a, form);
  return map && checkHelperMap(a, form, helper, *map) ? map : nullptr;
}

NodePtr mapNode(const MapInfo &map, SourceSpan span) {
  if (map.variable)
    return makeRef(map.variable, span);
  NodePtr node = makeNode(NodeKind::MapRef, pointerType(Space::Map), span);
  node->index = map.index;
  return node;
}

namespace {

std::string mapName(Analyzer &a, const MapInfo &map) {
  if (map.variable)
    return lispName(map.variable->name);
  return lispName(a.result.maps[map.index].name);
}

/// A scalar in a stack slot of `bytes`.
NodePtr spill(NodePtr value, uint64_t bytes, SourceSpan span) {
  ValueType type = pointerType(Space::Stack);
  type.elementBits = uint8_t(bytes * 8);
  NodePtr node = makeNode(NodeKind::Spill, type, span);
  node->children.push_back(std::move(value));
  return node;
}

bool isScalarSize(uint64_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

/// Is the operand memory that a key or value is copied from? A context holds
/// numbers: the ends of a packet, as they stand, and sockets.
bool isMemory(const ValueType &type) {
  if (!type.isPointer || !isProgramSpace(type.space))
    return false;
  bool isEnd = type.space == Space::Packet && type.bits == 32;
  return type.space != Space::Context && !isEnd;
}

/// Of a scalar key or value.
ValueType sideType(const MapInfo &map, bool isKey) {
  const std::optional<MemoryType> &type = isKey ? map.key : map.value;
  if (type && type->isScalar())
    return valueTypeOf(*type);
  return integerType(unsigned((isKey ? map.keyBytes : map.valueBytes) * 8));
}

NodePtr operand(Analyzer &a, const Form *form, const MapInfo &map, bool isKey,
                NodePtr value, bool byAddress = false) {
  uint64_t bytes = isKey ? map.keyBytes : map.valueBytes;
  const char *what = isKey ? "key" : "value";
  if (isError(value))
    return value;
  if (value->type.isPointer && value->type.space == Space::Map)
    return a.fail(form, Kind::MapAsValue, {toString(form)});
  bool isCopied =
      isMemory(value->type) ||
      (byAddress && value->type.isPointer && isProgramSpace(value->type.space));
  if (!isCopied && isScalarSize(bytes)) {
    ValueType type = sideType(map, isKey);
    checkFits(a, value, type);
    if (type.isBool)
      value = makeConvert(std::move(value), type, form->span);
    return spill(std::move(value), bytes, form->span);
  }
  if (!isCopied)
    return a.fail(form, Kind::MapOperandNotPointer,
                  {what, mapName(a, map), std::to_string(bytes)});
  fitText(*value, bytes);
  uint64_t actual = bytesAt(a, *value);
  if (actual != 0 && actual != bytes)
    return a.fail(form, Kind::MapOperandSize,
                  {what, mapName(a, map), std::to_string(bytes),
                   describe(value->type), std::to_string(actual)});
  return value;
}

ValueType entryType(const MapInfo &map) {
  if (!map.inner.empty()) {
    ValueType type = pointerType(Space::Map, map.inner);
    type.maybeNull = true;
    return type;
  }
  ValueType type = map.value ? pointerTo(*map.value, Space::MapValue)
                             : pointerType(Space::MapValue);
  if (!map.value && isScalarSize(map.valueBytes))
    type.elementBits = uint8_t(map.valueBytes * 8);
  type.maybeNull = true;
  return type;
}

ValueType scalarType(const MapInfo &map) { return sideType(map, false); }

bool hasScalarValue(const MapInfo &map) {
  if (!map.inner.empty())
    return false;
  return map.value ? map.value->isScalar() : isScalarSize(map.valueBytes);
}

NodePtr lookup(Analyzer &a, const Form *form, const MapInfo &map, NodePtr key) {
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(map, form->span));
  arguments.push_back(std::move(key));
  NodePtr node = callHelper(a, form, "map_lookup_elem", std::move(arguments));
  node->type = entryType(map);
  return node;
}

NodePtr update(Analyzer &a, const Form *form, const MapInfo &map, NodePtr key,
               NodePtr value, NodePtr flags) {
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(map, form->span));
  arguments.push_back(std::move(key));
  arguments.push_back(std::move(value));
  arguments.push_back(std::move(flags));
  return callHelper(a, form, "map_update_elem", std::move(arguments));
}

/// A key or value as it is given: memory must be there.
NodePtr operandValue(Analyzer &a, const Form *form) {
  const Variable *variable =
      form->isSymbol() && !form->isKeyword() ? a.find(form->symbol) : nullptr;
  bool mayBeNull =
      variable && variable->type.maybeNull && isMemory(variable->type);
  if (mayBeNull)
    return a.pointer(form);
  NodePtr value = a.expression(form);
  bool isLookup = value->kind == NodeKind::Call && value->type.maybeNull;
  if (isLookup && isMemory(value->type))
    return a.fail(form, Kind::MissingNullTest, {toString(form)});
  return value;
}

} // namespace

NodePtr mapOperand(Analyzer &a, const Form *form, const MapInfo &map,
                   bool isKey, bool byAddress) {
  return operand(a, form, map, isKey, operandValue(a, form), byAddress);
}

NodePtr analyzeMapLookup(Analyzer &a, const Call &call) {
  const MapInfo *map = mapFor(a, call.args[0], "map_lookup_elem");
  if (map == nullptr)
    return makeError(call.form->span);
  NodePtr key = mapOperand(a, call.args[1], *map, true, call.data != 0);
  return isError(key) ? std::move(key)
                      : lookup(a, call.form, *map, std::move(key));
}

NodePtr analyzeMapUpdate(Analyzer &a, const Call &call) {
  const MapInfo *map = mapFor(a, call.args[0], "map_update_elem");
  if (map == nullptr)
    return makeError(call.form->span);
  NodePtr key = mapOperand(a, call.args[1], *map, true, call.data != 0);
  NodePtr value = mapOperand(a, call.args[2], *map, false, call.data != 0);
  NodePtr flags = call.args.size() > 3 ? a.expression(call.args[3])
                                       : makeInteger(BPF_ANY, call.form->span);
  if (isError(key) || isError(value) || isError(flags))
    return makeError(call.form->span);
  return update(a, call.form, *map, std::move(key), std::move(value),
                std::move(flags));
}

NodePtr analyzeMapDelete(Analyzer &a, const Call &call) {
  const MapInfo *map = mapFor(a, call.args[0], "map_delete_elem");
  if (map == nullptr)
    return makeError(call.form->span);
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(*map, call.form->span));
  arguments.push_back(mapOperand(a, call.args[1], *map, true, call.data != 0));
  if (isError(arguments.back()))
    return makeError(call.form->span);
  return callHelper(a, call.form, "map_delete_elem", std::move(arguments));
}

NodePtr analyzeGetmap(Analyzer &a, const Call &call) {
  NodePtr entry = analyzeMapLookup(a, call);
  const MapInfo *map = isError(entry) ? nullptr : mapArgument(a, call.args[0]);
  if (map == nullptr || !hasScalarValue(*map))
    return entry;
  SourceSpan span = call.form->span;
  std::vector<NodePtr> sequence;
  Variable *found = a.once(std::move(entry), sequence);
  sequence.push_back(
      makeIf(makeRef(found, span),
             makeLoad(makeRef(found, span), 0, scalarType(*map), span),
             makeInteger(0, span), span));
  return makeSequence(std::move(sequence), span);
}

NodePtr setMapEntry(Analyzer &a, const Form *form, Forms args,
                    const Form *valueForm) {
  if (args.size() != 2)
    return a.fail(form, Kind::WrongArgumentCount,
                  {"getmap", "2", std::to_string(args.size())});
  const MapInfo *map = mapFor(a, args[0], "map_update_elem");
  SourceSpan span = form->span;
  // The key is in its place before the value is evaluated.
  std::vector<NodePtr> sequence;
  NodePtr key = operandValue(a, args[1]);
  NodePtr value = operandValue(a, valueForm);
  if (map == nullptr || isError(key) || isError(value))
    return makeError(span);
  fitText(*key, map->keyBytes);
  fitText(*value, map->valueBytes);
  if (!isLiteral(key))
    key = makeRef(a.once(std::move(key), sequence), span);
  if (isScalarSize(map->valueBytes) && !isMemory(value->type)) {
    ValueType type = sideType(*map, false);
    checkFits(a, value, type);
    if (!type.isPointer && type.bits < 64) // what the form gives, too
      value = makeConvert(std::move(value), type, span);
  }
  Variable *kept = a.once(std::move(value), sequence);
  key = operand(a, args[1], *map, true, std::move(key));
  NodePtr stored = operand(a, valueForm, *map, false, makeRef(kept, span));
  if (isError(key) || isError(stored))
    return makeError(span);
  sequence.push_back(update(a, form, *map, std::move(key), std::move(stored),
                            makeInteger(BPF_ANY, span)));
  sequence.push_back(makeRef(kept, span));
  return makeSequence(std::move(sequence), span);
}

namespace {

/// `*entry += delta`, atomically where BPF can; yields the new value.
NodePtr addToEntry(Analyzer &a, const MapInfo &map, Variable *entry,
                   Variable *delta, SourceSpan span) {
  ValueType type = scalarType(map);
  if (type.isPointer)
    type = integerType();
  NodePtr old;
  if (type.bits < 32) { // BPF has no atomics that narrow
    NodePtr sum =
        makeBinary(Op::Add, makeLoad(makeRef(entry, span), 0, type, span),
                   makeRef(delta, span), type, span);
    return makeStore(makeRef(entry, span), 0, std::move(sum), type, span);
  }
  old = makeNode(NodeKind::Atomic, type, span);
  old->atomicOp = AtomicOp::Add;
  old->children.push_back(makeRef(entry, span));
  old->children.push_back(makeRef(delta, span));
  if (type.bits == 32 && !a.inputs.hasFetchingAtomics) { // gives no value
    std::vector<NodePtr> sequence;
    sequence.push_back(std::move(old));
    sequence.push_back(makeLoad(makeRef(entry, span), 0, type, span));
    return makeSequence(std::move(sequence), span);
  }
  return makeConvert(makeBinary(Op::Add, std::move(old), makeRef(delta, span),
                                integerType(64, type.isSigned), span),
                     type, span);
}

/// Entries of arrays are always there: nothing is created.
bool createsEntries(const MapInfo &map) {
  return map.type->key == MapKey::Any || map.type->key == MapKey::Prefix;
}

} // namespace

NodePtr incrementMapEntry(Analyzer &a, const Form *form, Forms args,
                          NodePtr delta) {
  if (args.size() != 2)
    return a.fail(form, Kind::WrongArgumentCount,
                  {"getmap", "2", std::to_string(args.size())});
  const MapInfo *map = mapFor(a, args[0], "map_lookup_elem");
  if (map == nullptr || isError(delta))
    return makeError(form->span);
  if (!hasScalarValue(*map))
    return a.fail(form, Kind::MapValueNotScalar, {mapName(a, *map)});
  SourceSpan span = form->span;
  std::vector<NodePtr> sequence;
  NodePtr key = a.expression(args[1]);
  if (isError(key))
    return key;
  fitText(*key, map->keyBytes);
  Variable *keyKept = a.once(std::move(key), sequence);
  Variable *deltaKept = a.once(std::move(delta), sequence);
  NodePtr first = operand(a, args[1], *map, true, makeRef(keyKept, span));
  if (isError(first))
    return first;
  Variable *entry = a.once(lookup(a, form, *map, std::move(first)), sequence);
  NodePtr missing;
  if (createsEntries(*map)) {
    std::vector<NodePtr> create;
    create.push_back(update(
        a, form, *map, operand(a, args[1], *map, true, makeRef(keyKept, span)),
        operand(a, form, *map, false, makeRef(deltaKept, span)),
        makeInteger(BPF_NOEXIST, span)));
    create.push_back(makeRef(deltaKept, span));
    missing = makeSequence(std::move(create), span);
  }
  sequence.push_back(makeIf(makeRef(entry, span),
                            addToEntry(a, *map, entry, deltaKept, span),
                            std::move(missing), span));
  return makeSequence(std::move(sequence), span);
}

NodePtr analyzeMapPush(Analyzer &a, const Call &call) {
  const MapInfo *map = mapFor(a, call.args[0], "map_push_elem");
  if (map == nullptr)
    return makeError(call.form->span);
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(*map, call.form->span));
  arguments.push_back(mapOperand(a, call.args[1], *map, false, false));
  arguments.push_back(call.args.size() > 2
                          ? a.expression(call.args[2])
                          : makeInteger(BPF_ANY, call.form->span));
  if (isError(arguments[1]) || isError(arguments[2]))
    return makeError(call.form->span);
  return callHelper(a, call.form, "map_push_elem", std::move(arguments));
}

namespace {

/// A bloom filter's test: 1 when the value may have been pushed.
NodePtr testMember(Analyzer &a, const Call &call, const MapInfo &map) {
  SourceSpan span = call.form->span;
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(map, span));
  arguments.push_back(mapOperand(a, call.args[1], map, false, false));
  if (isError(arguments.back()))
    return makeError(span);
  NodePtr status =
      callHelper(a, call.form, "map_peek_elem", std::move(arguments));
  if (isError(status))
    return status;
  return makeBinary(Op::Eq, std::move(status), makeInteger(0, span),
                    integerType(), span);
}

} // namespace

NodePtr analyzeMapPop(Analyzer &a, const Call &call) {
  const char *helper = call.data ? "map_peek_elem" : "map_pop_elem";
  const MapInfo *map = mapFor(a, call.args[0], helper);
  if (map == nullptr)
    return makeError(call.form->span);
  SourceSpan span = call.form->span;
  bool isFilter = map->type->type == BPF_MAP_TYPE_BLOOM_FILTER;
  if (isFilter != (call.args.size() == 2))
    return a.fail(call.form, Kind::WrongArgumentCount,
                  {toString(call.form->cons.car), isFilter ? "2" : "1",
                   std::to_string(call.args.size())});
  if (isFilter)
    return testMember(a, call, *map);
  std::vector<NodePtr> sequence;
  ValueType type = map->value ? pointerTo(*map->value, Space::Stack)
                              : pointerType(Space::Stack);
  NodePtr object = makeNode(NodeKind::StackObject, type, span);
  object->integer = (map->valueBytes + 7) / 8 * 8;
  Variable *slot = a.once(std::move(object), sequence);
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(*map, span));
  arguments.push_back(makeRef(slot, span));
  NodePtr status = callHelper(a, call.form, helper, std::move(arguments));
  if (isError(status))
    return status;
  if (hasScalarValue(*map)) { // the object stays zero when there is none
    sequence.push_back(std::move(status));
    sequence.push_back(
        makeLoad(makeRef(slot, span), 0, scalarType(*map), span));
  } else {
    NodePtr isThere =
        makeUnary(Op::LogicalNot, std::move(status), integerType(), span);
    sequence.push_back(makeIf(std::move(isThere), makeRef(slot, span),
                              makeInteger(0, span), span));
  }
  return makeSequence(std::move(sequence), span);
}

NodePtr analyzeTailCall(Analyzer &a, const Call &call) {
  const MapInfo *map = mapFor(a, call.args[0], "tail_call");
  NodePtr index = a.expression(call.args[1]);
  if (map == nullptr || isError(index))
    return makeError(call.form->span);
  std::vector<NodePtr> arguments;
  arguments.push_back(makeNode(NodeKind::ContextPointer,
                               pointerType(Space::Context), call.form->span));
  arguments.push_back(mapNode(*map, call.form->span));
  arguments.push_back(std::move(index));
  // The verifier knows no result of this helper: one that failed gives 0.
  std::vector<NodePtr> sequence;
  sequence.push_back(
      callHelper(a, call.form, "tail_call", std::move(arguments)));
  if (isError(sequence[0]))
    return std::move(sequence[0]);
  sequence.push_back(makeInteger(0, call.form->span));
  return makeSequence(std::move(sequence), call.form->span);
}

} // namespace whistler::compiler
