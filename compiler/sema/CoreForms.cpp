// core-load, core-store, core-ctx-load: what accessors do anyway, with the
// struct and field named in the call. The offset that they are given is the
// build host's and says nothing.

#include "Analyzer.h"

#include "whistler/ir/Operations.h"

namespace whistler::compiler {

/// A field of a context that linux/bpf.h describes, which no relocation needs;
/// null when it is none (Context.cpp).
NodePtr loadContextField(llvm::StringRef record, llvm::StringRef field,
                         SourceSpan span);

namespace {

/// `S f`, or a reported mistake and null.
const FieldInfo *namedField(Analyzer &a, const Form *structForm,
                            const Form *fieldForm, const StructInfo *&record) {
  if (!structForm->isSymbol() || !fieldForm->isSymbol()) {
    a.report(structForm, Kind::MalformedField, {toString(fieldForm)});
    return nullptr;
  }
  record = a.kernelStruct(cName(structForm), structForm);
  if (record == nullptr)
    return nullptr;
  const FieldInfo *field = record->find(cName(fieldForm));
  std::string name = toString(fieldForm);
  if (field == nullptr)
    a.report(
        fieldForm, Kind::UnknownField,
        {lispName(record->name), name, didYouMean(name, record->fieldNames())});
  return field;
}

/// The value as the type `T` of the call says.
NodePtr asType(Analyzer &a, const Form *typeForm, NodePtr value) {
  std::optional<MemoryType> type = a.parseType(typeForm);
  if (!type || isError(value))
    return makeError(typeForm->span);
  if (!type->isScalar())
    return a.fail(typeForm, Kind::NotScalarType, {toString(typeForm)});
  bool isWhole = type->kind == MemoryType::Kind::Integer && type->bytes == 8;
  if (value->type.isPointer && isWhole)
    return value;
  ValueType wanted = valueTypeOf(*type);
  if (wanted.isPointer && value->type.isPointer)
    wanted.space = value->type.space;
  return makeConvert(std::move(value), wanted, typeForm->span);
}

NodePtr storeIntoContext(uint64_t offset, NodePtr value, ValueType type,
                         SourceSpan span) {
  NodePtr node = makeNode(NodeKind::ContextStoreAt, std::move(type), span);
  node->integer = offset;
  node->children.push_back(std::move(value));
  return node;
}

/// Where a field of the kernel's struct is, in memory of the program that
/// holds one.
NodePtr fieldOffset(const StructInfo &record, const FieldInfo &field,
                    SourceSpan span) {
  if (!record.isKernel || record.name.empty())
    return makeInteger(field.bitOffset / 8, span);
  NodePtr node = makeNode(NodeKind::CoreFact, integerType(), span);
  node->integer = uint64_t(ir::CoreFact::FieldByteOffset);
  node->field = makeField(record, field);
  return node;
}

} // namespace

NodePtr analyzeCoreLoad(Analyzer &a, const Call &call) {
  const StructInfo *record = nullptr;
  const FieldInfo *field = namedField(a, call.args[3], call.args[4], record);
  NodePtr base = a.pointer(call.args[1]);
  if (field == nullptr || isError(base))
    return makeError(call.form->span);
  return asType(
      a, call.args[0],
      readField(a, call.form, std::move(base), *record, *field, nullptr));
}

NodePtr analyzeCoreStore(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  const StructInfo *record = nullptr;
  std::optional<MemoryType> type = a.parseType(call.args[0]);
  const FieldInfo *field = namedField(a, call.args[3], call.args[4], record);
  NodePtr base = a.pointer(call.args[1]);
  NodePtr value = a.expression(call.args[5]);
  if (!type || field == nullptr || isError(base) || isError(value))
    return makeError(span);
  if (!type->isScalar())
    return a.fail(call.args[0], Kind::NotScalarType, {toString(call.args[0])});
  if (field->bitSize)
    return a.fail(call.args[4], Kind::BitfieldAddress, {lispName(field->name)});
  ValueType stored = valueTypeOf(*type);
  if (stored.isPointer)
    stored = integerType();
  if (base->kind == NodeKind::ContextPointer)
    return storeIntoContext(field->bitOffset / 8, std::move(value), stored,
                            span);
  if (!base->type.isPointer || !isProgramSpace(base->type.space))
    return a.fail(call.args[1], Kind::KernelMemoryStore,
                  {toString(call.args[1])});
  ValueType pointer = pointerTo(*type, base->type.space);
  NodePtr address = makeOffset(
      std::move(base), fieldOffset(*record, *field, span), pointer, span);
  return makeStore(std::move(address), 0, std::move(value), stored, span);
}

NodePtr analyzeCoreContextLoad(Analyzer &a, const Call &call) {
  if (call.args[2]->isSymbol() && call.args[3]->isSymbol())
    if (NodePtr node = loadContextField(cName(call.args[2]),
                                        cName(call.args[3]), call.form->span))
      return asType(a, call.args[0], std::move(node));
  const StructInfo *record = nullptr;
  const FieldInfo *field = namedField(a, call.args[2], call.args[3], record);
  if (field == nullptr)
    return makeError(call.form->span);
  if (!field->type.isScalar() || field->bitSize)
    return a.fail(call.args[3], Kind::NotScalarType, {toString(call.args[3])});
  NodePtr node = makeNode(NodeKind::ContextLoad, valueTypeOf(field->type),
                          call.form->span);
  node->field = makeField(*record, *field);
  return asType(a, call.args[0], std::move(node));
}

} // namespace whistler::compiler
