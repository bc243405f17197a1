// with-ringbuf: reserve a record, zero it, run the body, submit. The body is
// skipped when the reservation fails. Every way out of the body but its end
// discards the record: an unreleased one is refused by the kernel's verifier
// ("Unreleased reference").
//
// The record is zeroed first so that no stale bytes reach user space; what the
// body surely overwrites is taken away again by LLVM. The form's value is 0.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

struct Header {
  const Form *variable, *map, *size;
  const Form *flags = nullptr;
};

std::optional<Header> parseHeader(Analyzer &a, const Form *form) {
  llvm::SmallVector<const Form *, 8> parts = items(form);
  bool hasFlags = parts.size() == 5 && parts[3]->isKeyword() &&
                  parts[3]->symbol->name == "FLAGS";
  if (form->isCons() && (parts.size() == 3 || hasFlags) && parts[0]->isSymbol())
    return Header{parts[0], parts[1], parts[2], hasFlags ? parts[4] : nullptr};
  a.report(form, Kind::MalformedRingbufHeader, {toString(form)});
  return std::nullopt;
}

/// The struct named, by its name or in (sizeof S) or +S-size+; null when the
/// size is just a number.
const StructInfo *recordStruct(Analyzer &a, const Form *size) {
  if (size->isCons()) {
    llvm::SmallVector<const Form *, 8> parts = items(size);
    bool isSizeof = parts.size() == 2 && parts[0]->isNamed("SIZEOF") &&
                    parts[1]->isSymbol();
    return isSizeof ? a.findStruct(cName(parts[1])) : nullptr;
  }
  if (!size->isSymbol())
    return nullptr;
  llvm::StringRef name = size->symbol->name;
  if (name.consume_front("+") && name.consume_back("-SIZE+"))
    return a.findStruct(accessorKey(name));
  return a.findStruct(cName(size));
}

/// A name that is neither a struct nor anything with a value, which is
/// reported.
bool isUnknownRecord(Analyzer &a, const Form *size) {
  if (!size->isSymbol() || size->isKeyword() || a.find(size->symbol) ||
      a.globals.count(cName(size)) || isNamedConstant(a, size) ||
      size->symbol->name.starts_with("+"))
    return false;
  if (a.brokenNames.contains(size->symbol))
    return true;
  a.unknownName(size, Kind::UnknownRecord, toString(size), a.structNames());
  return true;
}

NodePtr finish(Analyzer &a, const Form *form, const char *helper,
               Variable *record) {
  std::vector<NodePtr> arguments;
  arguments.push_back(makeRef(record, form->span));
  arguments.push_back(makeInteger(0, form->span));
  return callHelper(a, form, helper, std::move(arguments));
}

NodePtr reserve(Analyzer &a, const Form *form, const MapInfo &map,
                uint64_t bytes, const StructInfo *record, NodePtr flags) {
  std::vector<NodePtr> arguments;
  arguments.push_back(mapNode(map, form->span));
  arguments.push_back(makeInteger(bytes, form->span));
  arguments.push_back(std::move(flags));
  NodePtr node = callHelper(a, form, "ringbuf_reserve", std::move(arguments));
  node->type = pointerType(Space::RingBuffer, record ? record->name : "");
  return node;
}

/// What runs when the reservation succeeded.
NodePtr recordBody(Analyzer &a, const Call &call, Variable *record,
                   uint64_t bytes) {
  SourceSpan span = call.form->span;
  std::vector<NodePtr> sequence;
  NodePtr zero = makeNode(NodeKind::Zero, pointerType(Space::RingBuffer), span);
  zero->integer = bytes;
  zero->children.push_back(makeRef(record, span));
  sequence.push_back(std::move(zero));
  a.function->records.push_back({record, a.function->loopDepth});
  NodePtr body = a.body(call.args.drop_front(), span);
  a.function->records.pop_back();
  bool leaves = neverReturns(*body);
  sequence.push_back(std::move(body));
  if (!leaves) {
    sequence.push_back(finish(a, call.form, "ringbuf_submit", record));
    sequence.push_back(makeInteger(0, span));
  }
  return makeSequence(std::move(sequence), span);
}

} // namespace

void noteRecord(Analyzer &a, const MapInfo &map, llvm::StringRef name) {
  const StructInfo *record = name.empty() ? nullptr : a.findStruct(name);
  if (record == nullptr || record->dataType == nullptr)
    return;
  auto &records = a.result.maps[map.index].records;
  if (!llvm::is_contained(records, record->dataType))
    records.push_back(record->dataType);
}

void discardRecords(Analyzer &a, std::vector<NodePtr> &sequence, size_t keep,
                    SourceSpan span) {
  const std::vector<FunctionState::Record> &records = a.function->records;
  for (size_t i = records.size(); i > keep; --i) {
    std::vector<NodePtr> arguments;
    arguments.push_back(makeRef(records[i - 1].variable, span));
    arguments.push_back(makeInteger(0, span));
    Form place;
    place.span = span;
    sequence.push_back(
        callHelper(a, &place, "ringbuf_discard", std::move(arguments)));
  }
}

NodePtr analyzeWithRingbuf(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  std::optional<Header> header = parseHeader(a, call.args[0]);
  if (!header)
    return makeError(span);
  const MapInfo *map = mapArgument(a, header->map);
  if (map && llvm::StringRef(map->type->keyword) != "RINGBUF") {
    a.report(header->map, Kind::WrongMapType,
             {toString(header->map), "ringbuf",
              llvm::StringRef(map->type->keyword).lower()});
    map = nullptr;
  }
  const StructInfo *record = recordStruct(a, header->size);
  if (map && record)
    noteRecord(a, *map, record->name);
  uint64_t bytes = 0; // 0 after a mistake
  if (record)
    bytes = record->bytes;
  else if (isUnknownRecord(a, header->size))
    map = nullptr;
  else if (std::optional<uint64_t> size = a.constant(header->size))
    bytes = *size;
  else
    map = nullptr;
  if (map && bytes == 0)
    a.report(header->size, Kind::EmptyRecord);
  NodePtr flags =
      header->flags ? a.expression(header->flags) : makeInteger(0, span);
  // Go on with the body after a mistake, to find the next.
  NodePtr reserved =
      map && bytes != 0 && !isError(flags)
          ? reserve(a, call.form, *map, bytes, record, std::move(flags))
          : makeError(span);
  std::vector<NodePtr> sequence;
  size_t outer = a.function->scope.size();
  Variable *variable = a.declare(header->variable->symbol, reserved->type,
                                 header->variable->span);
  sequence.push_back(makeAssign(variable, std::move(reserved), span));
  NodePtr body = recordBody(a, call, variable, bytes);
  a.function->scope.resize(outer);
  sequence.push_back(
      makeIf(makeRef(variable, span), std::move(body), nullptr, span));
  sequence.push_back(makeInteger(0, span));
  return makeSequence(std::move(sequence), span);
}

} // namespace whistler::compiler
