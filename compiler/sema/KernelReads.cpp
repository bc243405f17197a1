// Kernel reads: fields by identity, memory by number, and their relatives.
//
// An address of an embedded struct that is followed directly by an accessor
// becomes one field with a longer path (sock.__sk_common.skc_family): that is
// what the loader relocates, and what passes group by base.

#include "Analyzer.h"

#include "whistler/ir/Operations.h"

namespace whistler::compiler {

namespace {

/// What the loader compares: arrays by their number of dimensions and the
/// innermost element.
void setShape(ir::Field &field, const MemoryType &type) {
  const MemoryType *inner = &type;
  for (; inner->kind == MemoryType::Kind::Array; inner = inner->element.get())
    ++field.dimensions;
  if (inner->isScalar() && inner->kind != MemoryType::Kind::Pointer)
    field.shape = inner->shape;
  else if (field.dimensions != 0)
    field.shape = inner->kind == MemoryType::Kind::Pointer
                      ? ir::FieldShape::Pointer
                      : ir::FieldShape::Record;
}

/// What the kernel makes of a load of the field through a typed pointer.
void setDirect(ir::Field &field, const StructInfo &record,
               const FieldInfo &info) {
  if (record.kernelTypes == nullptr)
    return;
  btf::Field member{info.name, info.bitOffset, info.bitSize, info.kernelType};
  llvm::Expected<btf::DirectLoad> load =
      record.kernelTypes->directLoad(record.kernelId, member);
  if (!load) {
    llvm::consumeError(load.takeError()); // only slower: no direct load
    return;
  }
  field.isDirect = *load != btf::DirectLoad::Refused;
  field.isTyped = *load == btf::DirectLoad::TypedPointer && field.isPointer;
}

} // namespace

ir::Field makeField(const StructInfo &record, const FieldInfo &info) {
  ir::Field field;
  ir::FieldStep step;
  step.record = record.name;
  step.recordKind = record.recordKind;
  step.recordBytes = record.bytes;
  step.member = info.name;
  step.bitOffset = info.bitOffset;
  field.steps.push_back(std::move(step));
  field.bytes = uint32_t(info.type.bytes);
  field.isSigned = info.type.isSigned;
  field.isPointer = info.type.kind == MemoryType::Kind::Pointer;
  field.isAggregate = !info.type.isScalar();
  field.bitSize = info.bitSize;
  setShape(field, info.type);
  if (field.isPointer)
    field.pointee = info.type.name;
  setDirect(field, record, info);
  return field;
}

namespace {

void noteRead(Analyzer &a, const Form *form) {
  if (a.function && a.function->kernelRead == nullptr)
    a.function->kernelRead = form;
}

/// Puts `field` of `base` into `node`, as one path when base is an address
/// of the aggregate around it.
void setBase(Node &node, NodePtr base, ir::Field field) {
  if (base->kind == NodeKind::KernelAddress) {
    node.field = ir::compose(*base->field, field);
    node.children.push_back(std::move(base->children[0]));
    return;
  }
  node.field = std::move(field);
  node.children.push_back(std::move(base));
}

/// The anonymous struct that is member `field` gets a name by which values of
/// its type are known: a pointer to it may be kept in a variable.
std::string nameAnonymous(Analyzer &a, const Form *form, const ir::Field &field,
                          const MemoryType &type) {
  std::string name = field.path();
  if (a.findStruct(name))
    return name;
  const StructInfo *known = a.recordOf(type, form);
  if (known == nullptr)
    return "";
  auto named = std::make_unique<StructInfo>(*known);
  named->around = std::make_shared<const ir::Field>(field);
  named->name = name;
  StructInfo *added = a.addStruct(std::move(named));
  added->name.clear();
  return name;
}

/// Where a field of an anonymous struct is in it, on the running kernel: the
/// difference of two offsets in the record around it.
NodePtr offsetInside(Analyzer &a, const Form *form, const StructInfo &record,
                     const FieldInfo &info) {
  SourceSpan span = form->span;
  if (!record.around || !a.inputs.relocatable)
    return makeInteger(info.bitOffset / 8, span);
  auto offset = [&](ir::Field field) {
    NodePtr node = makeNode(NodeKind::CoreFact, integerType(), span);
    node->integer = uint64_t(ir::CoreFact::FieldByteOffset);
    node->field = std::move(field);
    return node;
  };
  return makeBinary(
      Op::Sub, offset(ir::compose(*record.around, makeField(record, info))),
      offset(*record.around), integerType(), span);
}

/// A field of a struct that only the program knows, or of one that no
/// relocation can name: by number.
bool isByNumber(const StructInfo &record, const NodePtr &base) {
  if (!record.isKernel)
    return true;
  return record.name.empty() && base->kind != NodeKind::KernelAddress;
}

} // namespace

NodePtr kernelLoadAt(Analyzer &a, const Form *form, NodePtr base,
                     NodePtr offset, ValueType type) {
  noteRead(a, form);
  NodePtr node = makeNode(NodeKind::KernelLoadAt, std::move(type), form->span);
  node->children.push_back(std::move(base));
  node->children.push_back(std::move(offset));
  return node;
}

NodePtr kernelLoad(Analyzer &a, const Form *form, NodePtr base,
                   const StructInfo &record, const FieldInfo &field) {
  ValueType type = valueTypeOf(field.type);
  if (isByNumber(record, base) && field.bitSize == 0)
    return kernelLoadAt(a, form, std::move(base),
                        offsetInside(a, form, record, field), type);
  noteRead(a, form);
  if (base->type.space == Space::Trusted && type.isPointer)
    type.space = Space::Kernel;
  if (field.bitSize)
    type = integerType(64, field.type.isSigned);
  NodePtr node = makeNode(NodeKind::KernelLoad, type, form->span);
  setBase(*node, std::move(base), makeField(record, field));
  return node;
}

NodePtr kernelAddress(Analyzer &a, const Form *form, NodePtr base,
                      const StructInfo &record, const FieldInfo &field) {
  ValueType type = pointerTo(field.type, Space::Kernel);
  if (isByNumber(record, base))
    return makeOffset(std::move(base), offsetInside(a, form, record, field),
                      type, form->span);
  NodePtr node = makeNode(NodeKind::KernelAddress, type, form->span);
  setBase(*node, std::move(base), makeField(record, field));
  bool isAnonymous = field.type.kind == MemoryType::Kind::Aggregate &&
                     field.type.name.empty() && field.type.kernelType != 0;
  if (isAnonymous)
    node->type.pointee = nameAnonymous(a, form, *node->field, field.type);
  return node;
}

NodePtr analyzeKernelLoad(Analyzer &a, const Call &call) {
  std::optional<ScalarPlace> place =
      scalarPlace(a, call, a.pointer(call.args[1]));
  if (!place)
    return makeError(call.form->span);
  NodePtr node =
      kernelLoadAt(a, call.form, std::move(place->base),
                   std::move(place->offset), valueTypeOf(place->type));
  node->isVolatile = call.data != 0;
  return node;
}

NodePtr analyzeVolatile(Analyzer &a, const Call &call) {
  NodePtr node = a.expression(call.args[0]);
  if (isError(node))
    return node;
  switch (node->kind) {
  case NodeKind::KernelLoad:
  case NodeKind::KernelLoadAt:
  case NodeKind::Load:
    node->isVolatile = true;
    return node;
  case NodeKind::ContextLoad: // each of these is done where it is written
  case NodeKind::ContextLoadAt:
  case NodeKind::ContextTyped:
  case NodeKind::UserLoad:
    return node;
  default:
    return a.fail(call.args[0], Kind::NotARead, {toString(call.args[0])});
  }
}

NodePtr analyzeBarrier(Analyzer &a, const Call &call) {
  return makeNode(NodeKind::Barrier, integerType(), call.form->span);
}

NodePtr analyzeKernelPath(Analyzer &a, const Call &call) {
  NodePtr node = a.pointer(call.args[0]);
  if (isError(node))
    return node;
  // The next step looks into this; anonymous structs have no name to go by.
  MemoryType inner;
  for (const Form *step : call.args.drop_front()) {
    if (!step->isSymbol())
      return a.fail(step, Kind::MalformedField, {toString(step)});
    bool isInside = inner.kind == MemoryType::Kind::Aggregate;
    if (!isInside && (!node->type.isPointer || node->type.pointee.empty()))
      return a.fail(step, Kind::PathFromUntyped, {toString(step)});
    const StructInfo *record = isInside
                                   ? a.recordOf(inner, step)
                                   : a.kernelStruct(node->type.pointee, step);
    if (record == nullptr)
      return makeError(call.form->span);
    std::string name = toString(step);
    const FieldInfo *field = record->find(cName(step));
    if (field == nullptr)
      return a.fail(step, Kind::UnknownField,
                    {lispName(record->name), name,
                     didYouMean(name, record->fieldNames())});
    inner = field->type;
    node = readField(a, call.form, std::move(node), *record, *field, nullptr);
  }
  return node;
}

NodePtr analyzeKernelStr(Analyzer &a, const Call &call) {
  NodePtr destination = a.pointer(call.args[0]);
  NodePtr source = a.pointer(call.args[1]);
  NodePtr size = a.expression(call.args[2]);
  if (isError(destination) || isError(source) || isError(size))
    return makeError(call.form->span);
  noteRead(a, call.form);
  std::vector<NodePtr> arguments;
  arguments.push_back(std::move(destination));
  arguments.push_back(std::move(size));
  arguments.push_back(std::move(source));
  return callHelper(a, call.form, "probe_read_kernel_str",
                    std::move(arguments));
}

} // namespace whistler::compiler
