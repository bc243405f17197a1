// (field-exists S f), (type-exists S), (kernel-version): numbers that the
// loader writes into the program, so that the verifier takes the arm away that
// does not fit the running kernel.
//
// Names that the build host's kernel does not have are what these forms are
// for. A loader finds a member by its name and the kind of its type, and what
// kind a member of another kernel has nobody here knows: each is asked for,
// and one of them answers.

#include "Analyzer.h"

#include "whistler/ir/Operations.h"

namespace whistler::compiler {

namespace {

NodePtr fieldFact(ir::Field field, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::CoreFact, integerType(), span);
  node->integer = uint64_t(ir::CoreFact::FieldExists);
  node->field = std::move(field);
  return node;
}

NodePtr typeFact(ir::TypeIdentity type, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::TypeFact, integerType(), span);
  node->integer = uint64_t(ir::CoreFact::TypeExists);
  node->typeIdentity = std::move(type);
  return node;
}

NodePtr either(NodePtr a, NodePtr b, SourceSpan span) {
  if (!a)
    return b;
  return makeBinary(Op::Or, std::move(a), std::move(b), integerType(), span);
}

/// A member of which only the name is known, as one of the kinds that it may
/// have.
ir::Field guess(llvm::StringRef record, ir::RecordKind recordKind,
                llvm::StringRef member, ir::FieldShape shape, bool isArray) {
  ir::Field field;
  ir::FieldStep step;
  // What is behind `___` a loader ignores. LLVM tells relocations apart by the
  // record's name and the member's index alone.
  step.record = (record + "___" + (isArray ? "array" : "one") +
                 std::to_string(int(shape)))
                    .str();
  step.recordKind = recordKind;
  step.recordBytes = 8;
  step.member = member.str();
  field.steps.push_back(std::move(step));
  field.bytes = 8;
  field.isAggregate = isArray || shape == ir::FieldShape::Record;
  field.isPointer = !isArray && shape == ir::FieldShape::Pointer;
  field.dimensions = isArray;
  if (isArray || !(field.isPointer || field.isAggregate))
    field.shape = shape;
  return field;
}

NodePtr unknownField(const std::string &record, ir::RecordKind kind,
                     const std::string &member, SourceSpan span) {
  NodePtr any;
  for (ir::FieldShape shape : {ir::FieldShape::Integer, ir::FieldShape::Pointer,
                               ir::FieldShape::Record, ir::FieldShape::Enum})
    any = either(std::move(any),
                 fieldFact(guess(record, kind, member, shape, false), span),
                 span);
  for (ir::FieldShape shape : {ir::FieldShape::Integer, ir::FieldShape::Pointer,
                               ir::FieldShape::Record})
    any =
        either(std::move(any),
               fieldFact(guess(record, kind, member, shape, true), span), span);
  return any;
}

/// The struct, if this kernel has one of the name; no message.
const StructInfo *structHere(Analyzer &a, const Form *form) {
  std::string name = cName(form);
  if (const StructInfo *known = a.findStruct(name))
    return known;
  const btf::Btf *types = a.btf(form);
  if (types == nullptr)
    return nullptr;
  llvm::Expected<btf::Aggregate> found = types->findAggregate(name);
  if (!found) {
    llvm::consumeError(found.takeError());
    return nullptr;
  }
  return a.kernelStruct(name, form);
}

} // namespace

NodePtr analyzeFieldExists(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  if (!call.args[0]->isSymbol() || !call.args[1]->isSymbol())
    return a.fail(call.form, Kind::MalformedField, {toString(call.args[1])});
  const StructInfo *record = structHere(a, call.args[0]);
  std::string member = cName(call.args[1]);
  const FieldInfo *field = record ? record->find(member) : nullptr;
  if (field == nullptr)
    a.report(record ? call.args[1] : call.args[0], Kind::AbsentHere,
             {toString(record ? call.args[1] : call.args[0])});
  bool isFixed = !a.inputs.relocatable || (record && !record->isKernel);
  if (isFixed)
    return makeInteger(field != nullptr, span);
  if (field)
    return fieldFact(makeField(*record, *field), span);
  return unknownField(record ? record->name : cName(call.args[0]),
                      record ? record->recordKind : ir::RecordKind::Struct,
                      member, span);
}

namespace {

/// How a loader knows a type of this kernel; nothing for one that it would
/// have to know from the inside.
std::optional<ir::TypeIdentity> identityOf(std::string name,
                                           const btf::NamedType &found) {
  constexpr struct {
    btf::TypeKind kind;
    ir::TypeShape shape;
  } kShapes[] = {
      {btf::TypeKind::Struct, ir::TypeShape::Struct},
      {btf::TypeKind::Union, ir::TypeShape::Union},
      {btf::TypeKind::Enum, ir::TypeShape::Enum},
      {btf::TypeKind::Integer, ir::TypeShape::Integer},
      {btf::TypeKind::Bool, ir::TypeShape::Integer},
  };
  for (const auto &row : kShapes)
    if (row.kind == found.type.kind)
      return ir::TypeIdentity{std::move(name), row.shape, found.type.bytes,
                              found.isTypedef};
  return std::nullopt;
}

/// A type of which only the name is known, as each that it may be.
NodePtr unknownType(const std::string &name, SourceSpan span) {
  constexpr ir::TypeShape kShapes[] = {
      ir::TypeShape::Struct, ir::TypeShape::Union, ir::TypeShape::Enum,
      ir::TypeShape::Integer};
  NodePtr any;
  for (bool isTypedef : {false, true})
    for (ir::TypeShape shape : kShapes)
      if (isTypedef || shape != ir::TypeShape::Integer)
        any = either(std::move(any),
                     typeFact({name, shape, 0, isTypedef}, span), span);
  return any;
}

} // namespace

NodePtr analyzeTypeExists(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  const Form *form = call.args[0];
  if (!form->isSymbol())
    return a.fail(form, Kind::UnknownType, {toString(form), ""});
  std::string name = cName(form);
  const StructInfo *record = a.findStruct(name);
  if (record && !record->isKernel)
    return makeInteger(1, span);
  const btf::Btf *types = a.btf(form);
  if (types == nullptr)
    return makeError(span);
  if (std::optional<btf::NamedType> found = types->findType(name)) {
    if (std::optional<ir::TypeIdentity> type = identityOf(name, *found))
      return typeFact(std::move(*type), span);
    return a.fail(form, Kind::TypeNotComparable, {toString(form)});
  }
  if (record) // of a module that was imported from
    return typeFact(
        {name, record->isUnion ? ir::TypeShape::Union : ir::TypeShape::Struct,
         record->bytes, record->recordKind == ir::RecordKind::Typedef},
        span);
  a.report(form, Kind::AbsentHere, {toString(form)});
  return unknownType(name, span);
}

NodePtr analyzeKernelVersion(Analyzer &a, const Call &call) {
  return makeNode(NodeKind::KernelVersion, integerType(32), call.form->span);
}

} // namespace whistler::compiler
