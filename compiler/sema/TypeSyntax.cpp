// Types as the source writes them: u8 … i64 (s8 …), bool, char, (array T n),
// (ptr T), and names of structs of the program or the kernel.

#include "Analyzer.h"

#include <llvm/ADT/StringSwitch.h>

namespace whistler::compiler {

namespace {

struct ScalarName {
  const char *name;
  uint8_t bytes;
  bool isSigned, isBool;
};

constexpr ScalarName kScalars[] = {
    {"U8", 1, false, false},  {"U16", 2, false, false},
    {"U32", 4, false, false}, {"U64", 8, false, false},
    {"I8", 1, true, false},   {"I16", 2, true, false},
    {"I32", 4, true, false},  {"I64", 8, true, false},
    {"S8", 1, true, false},   {"S16", 2, true, false},
    {"S32", 4, true, false},  {"S64", 8, true, false},
    {"BOOL", 1, false, true}, {"CHAR", 1, true, false},
};

MemoryType aggregateType(const StructInfo &record) {
  MemoryType type;
  type.kind = MemoryType::Kind::Aggregate;
  type.bytes = record.bytes;
  type.name = record.name;
  type.recordKind = record.recordKind;
  type.record = &record;
  return type;
}

/// `uint32_t`, `__u32`, `int`: what C calls a scalar, as the language does; ""
/// when it is none.
std::string scalarOfC(llvm::StringRef name) {
  std::string lower = accessorKey(name);
  llvm::StringRef rest = lower;
  rest.consume_front("__");
  rest.consume_back("_t");
  std::string sign = "i";
  if (rest.consume_front("unsigned_") || rest.consume_front("u"))
    sign = "u";
  else
    rest.consume_front("s");
  llvm::StringRef bits = llvm::StringSwitch<llvm::StringRef>(rest)
                             .Cases("int8", "8", "8")
                             .Cases("int16", "16", "short", "16")
                             .Cases("int32", "32", "int", "32")
                             .Cases("int64", "64", "long", "64")
                             .Default("");
  return bits.empty() ? "" : sign + bits.str();
}

/// `u23`, `int`: no struct is that, but a scalar nearly. Reported then.
bool isMisspelledScalar(Analyzer &a, const Form *form) {
  std::vector<std::string> names;
  for (const ScalarName &scalar : kScalars)
    names.push_back(llvm::StringRef(scalar.name).lower());
  std::string name = toString(form);
  if (std::string scalar = scalarOfC(name); !scalar.empty()) {
    a.report(form, Kind::UnknownType,
             {name, "; did you mean `" + scalar + "`?"});
    return true;
  }
  std::string hint = didYouMean(name, names);
  unsigned bits = 0;
  bool looksLikeOne =
      !hint.empty() ||
      (llvm::StringRef("uis").contains(name.front()) &&
       !llvm::StringRef(name).drop_front().getAsInteger(10, bits));
  const btf::Btf *types = looksLikeOne ? a.btf(form) : nullptr;
  if (types == nullptr)
    return false;
  llvm::Expected<btf::Aggregate> found = types->findAggregate(cName(form));
  bool isStruct = bool(found);
  llvm::consumeError(found.takeError());
  if (!isStruct)
    a.report(form, Kind::UnknownType, {name, hint});
  return !isStruct;
}

std::optional<MemoryType> namedType(Analyzer &a, const Form *form) {
  for (const ScalarName &scalar : kScalars)
    if (form->symbol->name == scalar.name) {
      MemoryType type;
      type.bytes = scalar.bytes;
      type.isSigned = scalar.isSigned;
      type.isBool = scalar.isBool;
      return type;
    }
  if (form->isNamed("PTR") || form->isNamed("POINTER")) {
    MemoryType type;
    type.kind = MemoryType::Kind::Pointer;
    return type;
  }
  if (form->symbol == a.openRecord) {
    a.report(form, Kind::ContainsItself, {toString(form)});
    return std::nullopt;
  }
  if (a.brokenNames.contains(form->symbol))
    return std::nullopt;
  const StructInfo *record = a.findStruct(cName(form->symbol));
  if (record == nullptr && isMisspelledScalar(a, form))
    return std::nullopt;
  if (record == nullptr)
    record = a.kernelStruct(cName(form->symbol), form);
  if (record == nullptr)
    return std::nullopt;
  return aggregateType(*record);
}

std::optional<MemoryType> arrayType(Analyzer &a, const Form *form,
                                    Forms parts) {
  std::optional<MemoryType> element = a.parseType(parts[1]);
  std::optional<uint64_t> count = a.constant(parts[2]);
  if (!element || !count)
    return std::nullopt;
  if (*count == 0 ||
      *count > UINT32_MAX / std::max<uint64_t>(1, element->bytes)) {
    a.report(form, Kind::BadArrayCount, {std::to_string(*count)});
    return std::nullopt;
  }
  MemoryType type;
  type.kind = MemoryType::Kind::Array;
  type.count = *count;
  type.bytes = *count * element->bytes;
  type.element = std::make_shared<const MemoryType>(std::move(*element));
  return type;
}

std::optional<MemoryType> pointerTypeSyntax(Analyzer &a, const Form *target) {
  MemoryType type;
  type.kind = MemoryType::Kind::Pointer;
  if (!target->isSymbol())
    return type;
  std::optional<MemoryType> pointee;
  if (target->isNamed("VOID"))
    return type;
  // A pointee may be declared later, or be a struct that nobody looks into.
  if (const StructInfo *record = a.findStruct(cName(target)))
    type.name = record->name;
  else if (llvm::none_of(kScalars, [&](const ScalarName &scalar) {
             return target->symbol->name == scalar.name;
           }))
    type.name = cName(target);
  return type;
}

} // namespace

std::optional<MemoryType> Analyzer::parseType(const Form *form) {
  if (form->isSymbol())
    return namedType(*this, form);
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (parts.size() == 3 && parts[0]->isNamed("ARRAY"))
    return arrayType(*this, form, parts);
  if (parts.size() == 2 && parts[0]->isNamed("PTR"))
    return pointerTypeSyntax(*this, parts[1]);
  bool isArray = !parts.empty() && parts[0]->isNamed("ARRAY");
  if (isArray)
    report(form, Kind::MalformedArray, {toString(form)});
  else
    report(form, Kind::UnknownType, {toString(form), ""});
  return std::nullopt;
}

std::optional<uint64_t> Analyzer::sizeOf(const Form *type) {
  std::optional<MemoryType> parsed = parseType(type);
  if (!parsed)
    return std::nullopt;
  return parsed->bytes;
}

} // namespace whistler::compiler
