// Memory by type and offset: load, store, fills, copies, atomics, casts and
// sizes. A load through an address of no known space, or of kernel memory, is
// a kernel read; a store there is a mistake.

#include "Places.h"

namespace whistler::compiler {

NodePtr analyzeCast(Analyzer &a, const Call &call) {
  std::optional<MemoryType> type = a.parseType(call.args[0]);
  NodePtr value = a.expression(call.args[1]);
  if (!type || isError(value))
    return makeError(call.form->span);
  if (!type->isScalar())
    return a.fail(call.args[0], Kind::NotScalarType, {toString(call.args[0])});
  ValueType target = valueTypeOf(*type);
  if (value->type.isPointer && target.bits == 64) {
    // The memory belongs to the value, whatever it is called.
    if (target.isPointer) {
      target.space = value->type.space;
      return makeConvert(std::move(value), target, call.form->span);
    }
    return value;
  }
  return makeConvert(std::move(value), target, call.form->span);
}

NodePtr analyzeSizeof(Analyzer &a, const Call &call) {
  std::optional<uint64_t> bytes = a.sizeOf(call.args[0]);
  return bytes ? makeInteger(*bytes, call.form->span)
               : makeError(call.form->span);
}

NodePtr analyzeOffsetof(Analyzer &a, const Call &call) {
  if (!call.args[0]->isSymbol() || !call.args[1]->isSymbol())
    return a.fail(call.form, Kind::MalformedField, {toString(call.args[1])});
  const StructInfo *record = a.kernelStruct(cName(call.args[0]), call.args[0]);
  if (record == nullptr)
    return makeError(call.form->span);
  std::string name = toString(call.args[1]);
  const FieldInfo *field = record->find(cName(call.args[1]));
  if (field == nullptr)
    return a.fail(
        call.args[1], Kind::UnknownField,
        {lispName(record->name), name, didYouMean(name, record->fieldNames())});
  return makeInteger(field->bitOffset / 8, call.form->span);
}

std::optional<ScalarPlace> scalarPlace(Analyzer &a, const Call &call,
                                       NodePtr base) {
  std::optional<MemoryType> type = a.parseType(call.args[0]);
  NodePtr offset = call.args.size() > 2 ? a.expression(call.args[2])
                                        : makeInteger(0, call.form->span);
  if (!type || isError(base) || isError(offset))
    return std::nullopt;
  if (!type->isScalar()) {
    a.report(call.args[0], Kind::NotScalarType, {toString(call.args[0])});
    return std::nullopt;
  }
  return ScalarPlace{std::move(*type), std::move(base), std::move(offset)};
}

NodePtr analyzeLoad(Analyzer &a, const Call &call) {
  std::optional<ScalarPlace> place =
      scalarPlace(a, call, a.pointer(call.args[1]));
  if (!place)
    return makeError(call.form->span);
  auto &[type, base, offset] = *place;
  ValueType value = valueTypeOf(type);
  if (!base->type.isPointer || !isProgramSpace(base->type.space))
    return kernelLoadAt(a, call.form, std::move(base), std::move(offset),
                        value);
  if (!staysInside(a, call.form, base->type, offset, type.bytes))
    return makeError(call.form->span);
  ValueType pointer = pointerTo(type, base->type.space);
  if (isLiteral(offset))
    return makeLoad(std::move(base), offset->integer, value, call.form->span);
  return makeLoad(
      makeOffset(std::move(base), std::move(offset), pointer, call.form->span),
      0, value, call.form->span);
}

namespace {

/// `bytes` at `p + off` as memory the program may write, or a reported mistake.
NodePtr writable(Analyzer &a, const Call &call, const Form *pointerForm,
                 const Form *offsetForm, uint64_t bytes) {
  NodePtr base = a.pointer(pointerForm);
  NodePtr offset =
      offsetForm ? a.expression(offsetForm) : makeInteger(0, pointerForm->span);
  if (isError(base) || isError(offset))
    return makeError(pointerForm->span);
  if (!base->type.isPointer || !isProgramSpace(base->type.space))
    return a.fail(pointerForm, Kind::KernelMemoryStore,
                  {toString(pointerForm)});
  if (!staysInside(a, call.form, base->type, offset, bytes))
    return makeError(call.form->span);
  ValueType type = base->type;
  return makeOffset(std::move(base), std::move(offset), type,
                    pointerForm->span);
}

} // namespace

NodePtr analyzeStore(Analyzer &a, const Call &call) {
  std::optional<MemoryType> type = a.parseType(call.args[0]);
  NodePtr address =
      writable(a, call, call.args[1], call.args[2], type ? type->bytes : 0);
  NodePtr value = a.expression(call.args[3]);
  if (!type || isError(address) || isError(value))
    return makeError(call.form->span);
  if (!type->isScalar())
    return a.fail(call.args[0], Kind::NotScalarType, {toString(call.args[0])});
  ValueType stored = valueTypeOf(*type);
  if (stored.isPointer)
    stored = integerType();
  checkFits(a, value, stored);
  return makeStore(std::move(address), 0, std::move(value), stored,
                   call.form->span);
}

NodePtr analyzeMemset(Analyzer &a, const Call &call) {
  std::optional<uint64_t> byte = a.constant(call.args[2]);
  std::optional<uint64_t> bytes = a.constant(call.args[3]);
  NodePtr address =
      writable(a, call, call.args[0], call.args[1], bytes.value_or(0));
  if (isError(address) || !byte || !bytes)
    return makeError(call.form->span);
  NodePtr node = makeNode(NodeKind::Fill, address->type, call.form->span);
  node->integer = *bytes;
  node->extra = *byte & 0xff;
  node->children.push_back(std::move(address));
  return node;
}

NodePtr analyzeMemcpy(Analyzer &a, const Call &call) {
  std::optional<uint64_t> bytes = a.constant(call.args[4]);
  NodePtr to = writable(a, call, call.args[0], call.args[1], bytes.value_or(0));
  NodePtr from = a.pointer(call.args[2]);
  NodePtr offset = a.expression(call.args[3]);
  if (isError(to) || isError(from) || isError(offset) || !bytes)
    return makeError(call.form->span);
  if (!staysInside(a, call.form, from->type, offset, *bytes))
    return makeError(call.form->span);
  bool isKernel = !from->type.isPointer || !isProgramSpace(from->type.space);
  if (isKernel && a.function->kernelRead == nullptr)
    a.function->kernelRead = call.form;
  ValueType source = from->type;
  from =
      makeOffset(std::move(from), std::move(offset), source, call.form->span);
  NodePtr node = makeNode(isKernel ? NodeKind::KernelCopy : NodeKind::Copy,
                          to->type, call.form->span);
  node->integer = *bytes;
  node->children.push_back(std::move(to));
  node->children.push_back(std::move(from));
  return node;
}

NodePtr analyzeStructAlloc(Analyzer &a, const Call &call) {
  const Form *size = call.args[0];
  const StructInfo *record =
      size->isSymbol() ? a.findStruct(cName(size)) : nullptr;
  std::optional<uint64_t> bytes =
      record ? std::optional(record->bytes) : a.constant(size);
  if (!bytes)
    return makeError(call.form->span);
  if (*bytes == 0 || *bytes > 512)
    return a.fail(size, Kind::StackObjectSize, {std::to_string(*bytes)});
  NodePtr node = makeNode(NodeKind::StackObject,
                          pointerType(Space::Stack, record ? record->name : ""),
                          call.form->span);
  node->integer = *bytes;
  return node;
}

NodePtr analyzeStackAddr(Analyzer &a, const Call &call) {
  const Form *name = call.args[0];
  Variable *variable = name->isSymbol() ? a.find(name->symbol) : nullptr;
  if (name->isSymbol() && variable == nullptr)
    if (auto global = a.globals.find(cName(name)); global != a.globals.end())
      return globalAddress(global->second, call.form->span);
  if (variable == nullptr)
    return a.fail(name, Kind::NotAVariable, {toString(name)});
  ValueType type = pointerType(Space::Stack);
  type.elementBits = variable->type.isPointer ? 64 : variable->type.bits;
  type.elementSigned = variable->type.isSigned;
  NodePtr node = makeNode(NodeKind::AddressOf, type, call.form->span);
  node->variable = variable;
  variable->addressTaken = true;
  return node;
}

namespace {

/// What the kernel's check_atomic lets atomics work on.
bool permitsAtomics(Space space) {
  return space != Space::Context && space != Space::Packet &&
         space != Space::Map;
}

/// The type of an atomic operation: the last argument, or u64.
std::optional<MemoryType> atomicType(Analyzer &a, const Form *form) {
  if (form == nullptr)
    return MemoryType();
  std::optional<MemoryType> type = a.parseType(form);
  if (!type || (type->isScalar() && (type->bytes == 4 || type->bytes == 8)))
    return type;
  a.report(form, Kind::AtomicWidth, {toString(form)});
  return std::nullopt;
}

/// Old CPU levels know nothing but an addition.
bool checkAtomicCpu(Analyzer &a, const Call &call) {
  AtomicOp op = AtomicOp(call.data);
  if (a.inputs.hasFetchingAtomics || op == AtomicOp::Add || op == AtomicOp::Sub)
    return true;
  a.report(call.form, Kind::AtomicCpu, {toString(call.form->cons.car)});
  return false;
}

} // namespace

NodePtr analyzeAtomic(Analyzer &a, const Call &call) {
  bool isSwap = AtomicOp(call.data) == AtomicOp::CompareExchange;
  size_t values = isSwap ? 2 : 1;
  std::optional<MemoryType> type =
      atomicType(a, call.args.size() > 2 + values ? call.args.back() : nullptr);
  NodePtr address =
      writable(a, call, call.args[0], call.args[1], type ? type->bytes : 0);
  NodePtr value = a.expression(call.args[2]);
  NodePtr fresh = isSwap ? a.expression(call.args[3]) : nullptr;
  if (!type || !checkAtomicCpu(a, call) || isError(address) || isError(value) ||
      (isSwap && isError(fresh)))
    return makeError(call.form->span);
  if (!permitsAtomics(address->type.space))
    return a.fail(call.args[0], Kind::AtomicMemory,
                  {toString(call.args[0]), describe(address->type)});
  ValueType old = valueTypeOf(*type);
  if (old.isPointer)
    old = integerType();
  NodePtr node = makeNode(NodeKind::Atomic, old, call.form->span);
  node->atomicOp = AtomicOp(call.data);
  node->children.push_back(std::move(address));
  node->children.push_back(std::move(value));
  if (fresh)
    node->children.push_back(std::move(fresh));
  return node;
}

} // namespace whistler::compiler
