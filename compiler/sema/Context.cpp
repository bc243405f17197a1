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
};

bool isPacketField(llvm::StringRef field) {
  return field == "data" || field == "data_end" || field == "data_meta";
}

ValueType fieldType(const ContextFieldRow &row) {
  ValueType type = integerType(row.elementBytes * 8);
  if (isPacketField(row.field) && row.bytes == 4) {
    type = pointerType(Space::Packet);
    type.bits = 32;
  }
  return type;
}

std::optional<ContextPlace> namedPlace(Analyzer &a, const Form *form,
                                       Forms args) {
  llvm::StringRef record = a.function->type->context;
  const Form *name = args[0];
  const ContextFieldRow *row =
      name->isSymbol() ? findContextField(record, cName(name)) : nullptr;
  if (row == nullptr) {
    std::string text = toString(name);
    a.report(name, Kind::UnknownContextField,
             {text, llvm::StringRef(a.function->type->keyword).lower(),
              didYouMean(text, fieldNames(record))});
    return std::nullopt;
  }
  ContextPlace place{fieldType(*row), row->offset};
  uint64_t count = row->bytes / row->elementBytes;
  if (args.size() == 1)
    return place;
  std::optional<uint64_t> index = a.constant(args[1]);
  if (!index)
    return std::nullopt;
  if (*index >= count) {
    a.report(form, Kind::IndexOutOfRange,
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

std::optional<ContextPlace> contextPlace(Analyzer &a, const Form *form,
                                         Forms args) {
  if (args.size() != 2 || !isByNumber(args[0]))
    return namedPlace(a, form, args);
  std::optional<MemoryType> type = a.parseType(args[0]);
  std::optional<uint64_t> offset = a.constant(args[1]);
  if (!type || !offset)
    return std::nullopt;
  return ContextPlace{valueTypeOf(*type), *offset};
}

} // namespace

NodePtr analyzeContext(Analyzer &a, const Call &call) {
  std::optional<ContextPlace> place = contextPlace(a, call.form, call.args);
  if (!place)
    return makeError(call.form->span);
  NodePtr node =
      makeNode(NodeKind::ContextLoadAt, place->type, call.form->span);
  node->integer = place->offset;
  return node;
}

NodePtr storeContext(Analyzer &a, const Form *form, Forms args, NodePtr value) {
  if (args.empty() || args.size() > 2)
    return a.fail(form, Kind::WrongArgumentCount,
                  {"ctx", "1 to 2", std::to_string(args.size())});
  std::optional<ContextPlace> place = contextPlace(a, form, args);
  if (!place || isError(value))
    return makeError(form->span);
  NodePtr node = makeNode(NodeKind::ContextStoreAt, place->type, form->span);
  node->integer = place->offset;
  node->children.push_back(std::move(value));
  return node;
}

namespace {

/// Registers by role: six arguments, result, stack pointer, instruction
/// pointer, as the kernel's struct of x86-64 names them.
constexpr const char *kRegisters[] = {"di", "si", "dx", "cx", "r8",
                                      "r9", "ax", "sp", "ip"};

} // namespace

NodePtr analyzePtRegs(Analyzer &a, const Call &call) {
  const StructInfo *registers = a.kernelStruct("pt_regs", call.form);
  if (registers == nullptr)
    return makeError(call.form->span);
  const FieldInfo *field = registers->find(kRegisters[call.data]);
  if (field == nullptr)
    return a.fail(call.form, Kind::UnsupportedArchitecture,
                  {toString(call.form->cons.car)});
  NodePtr node =
      makeNode(NodeKind::ContextLoad, integerType(), call.form->span);
  node->field = makeField(*registers, *field);
  return node;
}

NodePtr analyzeArgument(Analyzer &a, const Call &call) {
  std::optional<uint64_t> index = a.constant(call.args[0]);
  if (!index)
    return makeError(call.form->span);
  NodePtr node =
      makeNode(NodeKind::ContextLoadAt, integerType(), call.form->span);
  node->integer = *index * 8;
  return node;
}

} // namespace whistler::compiler
