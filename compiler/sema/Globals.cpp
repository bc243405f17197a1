// defglobal and defconstant. A global is a scalar, or an array or struct whose
// name is a pointer to it; a loader may set it before the program is loaded,
// so its initial value is never assumed. Initial values of arrays and structs
// are lists, in order; what a list leaves out is 0. A string fills an array of
// bytes.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

struct Initializer {
  Analyzer &a;
  std::vector<uint8_t> bytes;

  bool put(const Form *form, const MemoryType &type, uint64_t offset);
  bool putText(const Form *form, const MemoryType &type, uint64_t offset);
  bool putList(const Form *form, const MemoryType &type, uint64_t offset);
  bool fail(const Form *form, const MemoryType &type);
};

std::string describeMemory(const MemoryType &type) {
  switch (type.kind) {
  case MemoryType::Kind::Array:
    return "(array " + describeMemory(*type.element) + " " +
           std::to_string(type.count) + ")";
  case MemoryType::Kind::Aggregate:
    return lispName(type.name);
  default:
    return describe(valueTypeOf(type));
  }
}

bool Initializer::fail(const Form *form, const MemoryType &type) {
  a.report(form, Kind::BadInitializer, {toString(form), describeMemory(type)});
  return false;
}

bool Initializer::putText(const Form *form, const MemoryType &type,
                          uint64_t offset) {
  llvm::StringRef text = form->text();
  if (type.kind != MemoryType::Kind::Array || type.element->bytes != 1 ||
      text.size() > type.count)
    return fail(form, type);
  std::copy(text.begin(), text.end(), bytes.begin() + long(offset));
  return true;
}

bool Initializer::putList(const Form *form, const MemoryType &type,
                          uint64_t offset) {
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (type.kind == MemoryType::Kind::Array) {
    if (parts.size() > type.count)
      return fail(form, type);
    bool isRight = true;
    for (size_t i = 0; i < parts.size(); ++i)
      isRight &= put(parts[i], *type.element, offset + i * type.element->bytes);
    return isRight;
  }
  const StructInfo *record = a.recordOf(type, form);
  if (record == nullptr || parts.size() > record->fields.size())
    return fail(form, type);
  bool isRight = true;
  for (size_t i = 0; i < parts.size(); ++i) {
    const FieldInfo &field = record->fields[i];
    isRight &= field.bitSize == 0
                   ? put(parts[i], field.type, offset + field.bitOffset / 8)
                   : fail(parts[i], field.type);
  }
  return isRight;
}

bool Initializer::put(const Form *form, const MemoryType &type,
                      uint64_t offset) {
  if (form->isCons() && form->cons.car->isNamed("QUOTE") &&
      form->cons.cdr->isCons())
    form = form->cons.cdr->cons.car;
  if (const Form *text = textOf(a, form))
    return putText(text, type, offset);
  if (!type.isScalar())
    return form->isCons()  ? putList(form, type, offset)
           : form->isNil() ? true
                           : fail(form, type);
  std::optional<uint64_t> value = a.constant(form);
  if (!value)
    return false;
  if (type.isBool)
    *value = *value != 0;
  if (!fitsIn(*value, unsigned(type.bytes * 8)))
    return fail(form, type);
  for (uint64_t i = 0; i < type.bytes; ++i)
    bytes[offset + i] = uint8_t(*value >> (8 * i));
  return true;
}

/// What follows the type: `[init] [:const t]`.
bool parseRest(Analyzer &a, Forms rest, const MemoryType &type,
               Global &global) {
  if (!rest.empty() && !rest.front()->isKeyword()) {
    Initializer initializer{a, std::vector<uint8_t>(type.bytes)};
    if (!initializer.put(rest.front(), type, 0))
      return false;
    global.bytes = std::move(initializer.bytes);
    rest = rest.drop_front();
  }
  if (rest.empty())
    return true;
  bool isConst = rest[0]->isKeyword() && rest[0]->symbol->name == "CONST";
  if (isConst && rest.size() == 2) {
    global.isConstant = !rest[1]->isNil();
    return true;
  }
  if (isConst && rest.size() == 1)
    a.report(rest[0], Kind::OptionWithoutValue, {toString(rest[0])});
  else
    a.report(rest[0], Kind::UnknownOption,
             {toString(rest[0]), "defglobal",
              didYouMean(toString(rest[0]), {":const"})});
  return false;
}

} // namespace

void declareConstant(Analyzer &a, const Form *form, Forms args) {
  if (args.size() < 2 || !args[0]->isSymbol()) {
    a.report(form, Kind::MissingName, {"defconstant"});
    return;
  }
  if (args[1]->isString()) {
    a.texts[args[0]->symbol->name] = args[1];
    return;
  }
  bool isNegative = false;
  std::optional<uint64_t> value = a.constant(args[1], &isNegative);
  if (!value) {
    a.brokenNames.insert(args[0]->symbol);
    return;
  }
  llvm::StringRef name = args[0]->symbol->name;
  auto old = llvm::find_if(a.result.constants, [&](const auto &known) {
    return known.name == name;
  });
  if (old != a.result.constants.end()) {
    if (old->value != *value) // the same again is no contradiction
      a.duplicate(args[0], old->span);
    return;
  }
  a.constants[name] = int64_t(*value);
  if (!a.isInPrelude) // those of the language's library are nobody's exports
    a.result.constants.push_back(
        {name.str(), *value, isNegative, args[0]->span});
}

void declareGlobal(Analyzer &a, const Form *form, Forms args) {
  if (!beginsWithName(a, form, args))
    return;
  if (args.size() < 2) {
    a.report(form, Kind::GlobalWithoutType, {toString(args[0])});
    return;
  }
  if (!a.claim(args[0]))
    return;
  a.brokenNames.insert(args[0]->symbol);
  std::optional<MemoryType> type = a.parseType(args[1]);
  Global global;
  if (!type || !parseRest(a, args.drop_front(2), *type, global))
    return;
  global.name = cName(args[0]);
  global.span = form->span;
  global.type = *dataType(*type);
  a.brokenNames.erase(args[0]->symbol);
  a.globals[global.name] = {uint32_t(a.result.globals.size()), *type,
                            global.isConstant};
  a.result.globals.push_back(std::move(global));
}

} // namespace whistler::compiler
