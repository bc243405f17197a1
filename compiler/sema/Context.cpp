// The context: fields by name where the program's type has a struct for it,
// bytes by type and offset everywhere, registers of pt_regs by role.
// A packet's start and end are u32 in the layout and pointers in meaning.

#include "Analyzer.h"

namespace whistler::compiler {

NodePtr analyzeContextPointer(Analyzer &a, const Call &call) {
  return makeNode(NodeKind::ContextPointer, pointerType(Space::Context),
                  call.form->span);
}

namespace {

std::vector<std::string> fieldNames(llvm::StringRef record) {
  std::vector<std::string> names;
  for (const ContextFieldRow &row : contextFields())
    if (record == row.record)
      names.push_back(lispName(row.field));
  return names;
}

struct ContextPlace {
  ValueType type;
  uint64_t offset = 0;
  ContextAccess access = ContextAccess::ReadWrite; ///< unknown: as one likes
};

/// A socket of these contexts may not be there (PTR_TO_SOCKET_OR_NULL).
bool mayBeNull(const ContextFieldRow &row) {
  llvm::StringRef record = row.record, field = row.field;
  return field == "migrating_sk" ||
         (field == "sk" && (record == "__sk_buff" || record == "bpf_sock_ops" ||
                            record == "bpf_sk_lookup"));
}

ValueType fieldType(const ContextFieldRow &row) {
  llvm::StringRef target = row.target;
  if (target.empty())
    return integerType(row.elementBytes * 8, row.isSigned);
  ValueType type = target == "packet"
                       ? pointerType(Space::Packet)
                       : pointerType(Space::Context, target.str());
  type.bits = uint8_t(row.bytes * 8);
  type.maybeNull = mayBeNull(row);
  return type;
}

/// What an iterator gives: `struct bpf_iter__task` of section "iter/task". Its
/// fields are trusted pointers, all but `meta` null at the end.
std::optional<ContextPlace> iteratorPlace(Analyzer &a, const Form *name) {
  a.function->usesTarget = true;
  llvm::StringRef target =
      llvm::StringRef(a.function->outermost().section).split('/').second;
  const StructInfo *record =
      a.kernelStruct(("bpf_iter__" + target).str(), name);
  if (record == nullptr)
    return std::nullopt;
  const FieldInfo *field =
      name->isSymbol() ? record->find(cName(name)) : nullptr;
  if (field == nullptr || !field->type.isScalar()) {
    std::string text = toString(name);
    a.report(name, Kind::UnknownContextField,
             {text, "iter", didYouMean(text, record->fieldNames())});
    return std::nullopt;
  }
  ContextPlace place{valueTypeOf(field->type), field->bitOffset / 8};
  place.access = ContextAccess::Read;
  if (place.type.isPointer) {
    bool isMeta = field->name == "meta";
    place.type.space = isMeta ? Space::Context : Space::Trusted;
    place.type.maybeNull = !isMeta;
  }
  return place;
}

std::optional<ContextPlace> namedPlace(Analyzer &a, Forms args) {
  llvm::StringRef record = a.function->type->context;
  const Form *name = args[0];
  if (llvm::StringRef(a.function->type->keyword) == "ITER")
    return iteratorPlace(a, name);
  const ContextFieldRow *row =
      name->isSymbol() ? findContextField(record, cName(name)) : nullptr;
  if (row == nullptr) {
    std::string text = toString(name);
    a.report(name, Kind::UnknownContextField,
             {text, llvm::StringRef(a.function->type->keyword).lower(),
              didYouMean(text, fieldNames(record))});
    return std::nullopt;
  }
  ContextPlace place{fieldType(*row), row->offset,
                     contextAccess(a.function->type->keyword, row->field)};
  uint64_t count = row->bytes / row->elementBytes;
  if (args.size() == 1)
    return place;
  std::optional<uint64_t> index = a.constant(args[1]);
  if (!index)
    return std::nullopt;
  if (*index >= count) {
    a.report(args[1], Kind::IndexOutOfRange,
             {std::to_string(int64_t(*index)), toString(name),
              std::to_string(count)});
    return std::nullopt;
  }
  place.offset += *index * row->elementBytes;
  return place;
}

/// `(ctx T off)`: the first part is a scalar type and the second a number.
bool isByNumber(const Form *first) {
  if (first->isCons())
    return true;
  llvm::StringRef name = first->isSymbol() ? first->symbol->name : "";
  char kind = name.empty() ? ' ' : name.front();
  int bits = 0;
  return (kind == 'U' || kind == 'I' || kind == 'S') &&
         !name.drop_front().getAsInteger(10, bits);
}

std::optional<ContextPlace> contextPlace(Analyzer &a, Forms args) {
  if (args.size() != 2 || !isByNumber(args[0]))
    return namedPlace(a, args);
  std::optional<MemoryType> type = a.parseType(args[0]);
  std::optional<uint64_t> offset = a.constant(args[1]);
  if (!type || !offset)
    return std::nullopt;
  // The ends of a packet are pointers by whatever name.
  for (const ContextFieldRow &row : contextFields())
    if (a.function->type->context == llvm::StringRef(row.record) &&
        row.offset == *offset && row.target[0] != '\0' && type->isScalar() &&
        type->bytes == row.bytes)
      return ContextPlace{fieldType(row), *offset};
  return ContextPlace{valueTypeOf(*type), *offset};
}

/// Reports what the kernel would refuse for certain.
bool permits(Analyzer &a, const Form *form, const Form *name,
             const ContextPlace &place, ContextAccess wanted) {
  if (place.access >= wanted)
    return true;
  a.report(
      form,
      wanted == ContextAccess::Read ? Kind::ContextFieldNotReadable
                                    : Kind::ContextFieldNotWritable,
      {toString(name), llvm::StringRef(a.function->type->keyword).lower()});
  return false;
}

/// May be a typed pointer for the verifier, of whatever kind, that may be null.
NodePtr loadUnknownWord(const ContextPlace &place, SourceSpan span) {
  NodePtr node = makeNode(NodeKind::ContextTyped,
                          pointerType(Space::Trusted, "void"), span);
  node->integer = place.offset;
  node->extra = 1;
  return makeConvert(std::move(node), place.type, span);
}

} // namespace

NodePtr analyzeContext(Analyzer &a, const Call &call) {
  bool isIterator = llvm::StringRef(a.function->type->keyword) == "ITER";
  if (isIterator && call.args.size() == 1)
    return iteratorField(a, call.form, call.args[0]);
  std::optional<ContextPlace> place = contextPlace(a, call.args);
  if (!place ||
      !permits(a, call.form, call.args[0], *place, ContextAccess::Read))
    return makeError(call.form->span);
  bool isWord = place->type.bits == 64 && !place->type.isPointer;
  if (isWord && hasTypedWords(*a.function))
    return loadUnknownWord(*place, call.form->span);
  NodePtr node =
      makeNode(NodeKind::ContextLoadAt, place->type, call.form->span);
  node->integer = place->offset;
  return node;
}

NodePtr loadContextField(llvm::StringRef record, llvm::StringRef field,
                         SourceSpan span) {
  const ContextFieldRow *row = findContextField(record, field);
  if (row == nullptr || row->bytes != row->elementBytes)
    return nullptr;
  NodePtr node = makeNode(NodeKind::ContextLoadAt, fieldType(*row), span);
  node->integer = row->offset;
  return node;
}

NodePtr storeContext(Analyzer &a, const Form *form, Forms args, NodePtr value) {
  if (args.empty() || args.size() > 2)
    return a.fail(form, Kind::WrongArgumentCount,
                  {"ctx", "1 to 2", std::to_string(args.size())});
  std::optional<ContextPlace> place = contextPlace(a, args);
  if (!place || isError(value) ||
      !permits(a, form, args[0], *place, ContextAccess::ReadWrite))
    return makeError(form->span);
  checkFits(a, value, place->type);
  NodePtr node = makeNode(NodeKind::ContextStoreAt, place->type, form->span);
  node->integer = place->offset;
  node->children.push_back(std::move(value));
  return node;
}

} // namespace whistler::compiler
