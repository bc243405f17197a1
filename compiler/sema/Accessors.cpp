// Accessors: (S-FIELD p), (S-FIELD p i), (S-FIELD-ptr p), (as-S p), (make-S).
// One name serves all memory: on memory that the program may touch an accessor
// is a plain load, on a kernel address it is a kernel read with the field's
// identity. Embedded structs and arrays are addresses; nothing is read.

#include "Analyzer.h"

namespace whistler::compiler {

bool mayLeadTo(Analyzer &a, const ValueType &type, llvm::StringRef record) {
  if (!type.isPointer || type.pointee.empty() || type.pointee == record)
    return true;
  const StructInfo *around = a.findStruct(type.pointee);
  if (around == nullptr || around->isKernel || !around->isUnion)
    return false;
  return llvm::any_of(around->fields, [&](const FieldInfo &member) {
    return !member.type.name.empty() &&
           mayLeadTo(a, pointerType(type.space, member.type.name), record);
  });
}

bool checkPointee(Analyzer &a, const Form *form, const NodePtr &base,
                  const StructInfo &record) {
  if (isError(base))
    return false;
  const ValueType &type = base->type;
  bool isOther = !mayLeadTo(a, type, record.name);
  if (type.isPointer && type.space == Space::Map)
    isOther = true;
  if (!isOther)
    return true;
  ValueType wanted = pointerType(Space::Kernel, record.name);
  a.report(form, Kind::WrongPointerType,
           {toString(form->cons.car), describe(wanted), describe(type),
            lispName(record.name)});
  return false;
}

namespace {

NodePtr loadBitfield(NodePtr base, const FieldInfo &field, SourceSpan span) {
  // The storage unit that holds all bits: bitfields never cross one in C.
  uint64_t unit = field.type.bytes ? field.type.bytes : 4;
  uint64_t start = field.bitOffset / (unit * 8) * unit;
  unsigned shift = unsigned(field.bitOffset - start * 8);
  NodePtr value =
      makeLoad(std::move(base), start, integerType(unsigned(unit * 8)), span);
  Op right = field.type.isSigned ? Op::ShiftRightS : Op::ShiftRightU;
  ValueType type = integerType(64, field.type.isSigned);
  value = makeBinary(Op::ShiftLeft, std::move(value),
                     makeInteger(64 - shift - field.bitSize, span), type, span);
  return makeBinary(right, std::move(value),
                    makeInteger(64 - field.bitSize, span), type, span);
}

/// A field of a struct that the kernel shares: the verifier rewrites the load,
/// which must stay as it is written.
NodePtr loadShared(NodePtr base, const FieldInfo &field, SourceSpan span) {
  NodePtr node =
      makeNode(NodeKind::ContextLoadAt, valueTypeOf(field.type), span);
  node->integer = field.bitOffset / 8;
  node->children.push_back(std::move(base));
  return node;
}

/// Bytes from the start of an array to its element `index`, the last argument
/// of the call.
NodePtr elementOffset(Analyzer &a, const Form *form, const FieldInfo &field,
                      NodePtr index) {
  uint64_t bytes = field.type.element->bytes;
  if (isLiteral(index)) {
    if (field.type.count != 0 && index->integer >= field.type.count)
      return a.fail(items(form).back(), Kind::IndexOutOfRange,
                    {std::to_string(int64_t(index->integer)),
                     lispName(field.name), std::to_string(field.type.count)});
    return makeInteger(index->integer * bytes, form->span);
  }
  return arithmetic(a, form, Op::Mul, std::move(index),
                    makeInteger(bytes, form->span));
}

NodePtr readElement(Analyzer &a, const Form *form, NodePtr base,
                    const StructInfo &record, const FieldInfo &field,
                    NodePtr index) {
  if (field.type.kind != MemoryType::Kind::Array)
    return a.fail(form, Kind::NotAnArray,
                  {lispName(record.name), lispName(field.name)});
  NodePtr offset = elementOffset(a, form, field, std::move(index));
  if (isError(offset))
    return offset;
  const MemoryType &element = *field.type.element;
  Space space = base->type.space;
  bool isDirect = base->type.isPointer && isProgramSpace(space);
  if (space == Space::Context && isLiteral(offset) && element.isScalar()) {
    FieldInfo one = field;
    one.type = element;
    one.bitOffset += offset->integer * 8;
    return loadShared(std::move(base), one, form->span);
  }
  NodePtr array = fieldAddress(a, form, std::move(base), record, field);
  if (!element.isScalar())
    return makeOffset(std::move(array), std::move(offset),
                      pointerTo(element, array->type.space), form->span);
  if (!isDirect)
    return kernelLoadAt(a, form, std::move(array), std::move(offset),
                        valueTypeOf(element));
  NodePtr address = makeOffset(std::move(array), std::move(offset),
                               pointerTo(element, space), form->span);
  return makeLoad(std::move(address), 0, valueTypeOf(element), form->span);
}

} // namespace

NodePtr fieldAddress(Analyzer &a, const Form *form, NodePtr base,
                     const StructInfo &record, const FieldInfo &field) {
  Space space = base->type.space;
  if (base->type.isPointer && isProgramSpace(space))
    return makeOffset(std::move(base), field.bitOffset / 8,
                      pointerTo(field.type, space), form->span);
  return kernelAddress(a, form, std::move(base), record, field);
}

NodePtr swapOrder(NodePtr value, const MemoryType &type, SourceSpan span) {
  constexpr struct {
    uint64_t bytes;
    Op op;
  } kSwaps[] = {{2, Op::ByteSwap16}, {4, Op::ByteSwap32}, {8, Op::ByteSwap64}};
  for (const auto &row : kSwaps)
    if (row.bytes == type.bytes)
      value = makeUnary(row.op, std::move(value),
                        integerType(unsigned(type.bytes * 8)), span);
  return type.isSigned ? makeConvert(std::move(value), valueTypeOf(type), span)
                       : std::move(value);
}

NodePtr readField(Analyzer &a, const Form *form, NodePtr base,
                  const StructInfo &record, const FieldInfo &field,
                  NodePtr index) {
  const MemoryType &read =
      index && field.type.element ? *field.type.element : field.type;
  NodePtr value =
      readFieldAsIs(a, form, std::move(base), record, field, std::move(index));
  if (!field.isNetworkOrder || isError(value) || !read.isScalar())
    return value;
  return swapOrder(std::move(value), read, form->span);
}

NodePtr readFieldAsIs(Analyzer &a, const Form *form, NodePtr base,
                      const StructInfo &record, const FieldInfo &field,
                      NodePtr index) {
  if (index)
    return readElement(a, form, std::move(base), record, field,
                       std::move(index));
  if (!field.type.isScalar())
    return fieldAddress(a, form, std::move(base), record, field);
  if (!base->type.isPointer || !isProgramSpace(base->type.space))
    return kernelLoad(a, form, std::move(base), record, field);
  if (base->type.space == Space::Context)
    return loadShared(std::move(base), field, form->span);
  if (field.bitSize)
    return loadBitfield(std::move(base), field, form->span);
  return makeLoad(std::move(base), field.bitOffset / 8, valueTypeOf(field.type),
                  form->span);
}

namespace {

NodePtr makeObject(const StructInfo &record, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::StackObject,
                          pointerType(Space::Stack, record.name), span);
  node->integer = record.bytes;
  return node;
}

NodePtr tagPointer(Analyzer &a, const Form *form, const Form *value,
                   const StructInfo &record) {
  NodePtr node = a.expression(value);
  if (isError(node))
    return node;
  Space space = node->type.isPointer && node->type.space != Space::Unknown
                    ? node->type.space
                    : Space::Kernel;
  bool maybeNull = node->type.maybeNull;
  node =
      makeConvert(std::move(node), pointerType(space, record.name), form->span);
  node->type.maybeNull = maybeNull;
  return node;
}

/// The one accessor meant, by the pointer's type when several have the name.
const Accessor *choose(Analyzer &a, const Form *form,
                       const std::vector<Accessor> &candidates,
                       const ValueType &type) {
  if (candidates.size() == 1)
    return &candidates.front();
  for (const Accessor &candidate : candidates)
    if (type.isPointer && !type.pointee.empty() &&
        mayLeadTo(a, type, candidate.record->name))
      return &candidate;
  a.report(form, Kind::AmbiguousAccessor,
           {toString(form->cons.car), lispName(candidates[0].record->name),
            lispName(candidates[1].record->name)});
  return nullptr;
}

NodePtr wrongCount(Analyzer &a, const Form *form, const char *wanted,
                   size_t count) {
  return a.fail(form, Kind::WrongArgumentCount,
                {toString(form->cons.car), wanted, std::to_string(count)});
}

NodePtr callField(Analyzer &a, const Form *form, Forms args,
                  const std::vector<Accessor> &candidates) {
  if (args.empty() || args.size() > 2)
    return wrongCount(a, form, "1 to 2", args.size());
  NodePtr base = a.pointer(args[0]);
  if (isError(base)) {
    return base;
  }
  const Accessor *accessor = choose(a, form, candidates, base->type);
  if (accessor == nullptr || !checkPointee(a, form, base, *accessor->record))
    return makeError(form->span);
  bool isAddress = accessor->kind == Accessor::Kind::FieldPointer;
  if (isAddress && accessor->field->bitSize)
    return a.fail(form, Kind::BitfieldAddress,
                  {lispName(accessor->field->name)});
  if (isAddress && args.size() == 1)
    return fieldAddress(a, form, std::move(base), *accessor->record,
                        *accessor->field);
  NodePtr index = args.size() == 2 ? a.expression(args[1]) : nullptr;
  if (index && isError(index))
    return index;
  return readField(a, form, std::move(base), *accessor->record,
                   *accessor->field, std::move(index));
}

} // namespace

NodePtr callAccessor(Analyzer &a, const Form *form, Forms args,
                     const std::vector<Accessor> &candidates) {
  const Accessor &first = candidates.front();
  switch (first.kind) {
  case Accessor::Kind::Make:
    return args.empty() ? makeObject(*first.record, form->span)
                        : wrongCount(a, form, "0", args.size());
  case Accessor::Kind::As:
    return args.size() == 1 ? tagPointer(a, form, args[0], *first.record)
                            : wrongCount(a, form, "1", args.size());
  case Accessor::Kind::Tracepoint:
  case Accessor::Kind::TracepointPointer:
  case Accessor::Kind::TracepointData:
  case Accessor::Kind::TracepointLength:
    return tracepointField(a, form, args, first);
  case Accessor::Kind::Field:
  case Accessor::Kind::FieldPointer:
    break;
  }
  return callField(a, form, args, candidates);
}

} // namespace whistler::compiler
