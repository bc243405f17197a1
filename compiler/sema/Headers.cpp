// defheader: a packet header by offsets, as an RFC draws it. Fields may leave
// gaps and overlap; those in network order are converted to host order when
// they are read and back when they are set, at any width.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

struct FieldOptions {
  const Form *offset = nullptr, *type = nullptr, *netOrder = nullptr;
};

struct OptionRow {
  const char *keyword;
  const Form *FieldOptions::*field;
};

constexpr OptionRow kOptions[] = {
    {"OFFSET", &FieldOptions::offset},
    {"TYPE", &FieldOptions::type},
    {"NET-ORDER", &FieldOptions::netOrder},
};

bool setOption(Analyzer &a, FieldOptions &options, const Form *keyword,
               const Form *value) {
  std::vector<std::string> names;
  for (const OptionRow &row : kOptions) {
    if (keyword->isKeyword() && keyword->symbol->name == row.keyword) {
      options.*row.field = value;
      return true;
    }
    names.push_back(":" + llvm::StringRef(row.keyword).lower());
  }
  std::string name = toString(keyword);
  a.report(keyword, Kind::UnknownOption,
           {name, "defheader", didYouMean(name, names)});
  return false;
}

std::optional<FieldOptions> parseOptions(Analyzer &a, Forms parts) {
  if (parts.size() % 2 != 0) {
    a.report(parts.back(), Kind::OptionWithoutValue, {toString(parts.back())});
    return std::nullopt;
  }
  FieldOptions options;
  bool isRight = true;
  for (size_t i = 0; i < parts.size(); i += 2)
    isRight &= setOption(a, options, parts[i], parts[i + 1]);
  if (!isRight)
    return std::nullopt;
  return options;
}

/// Network order is a matter of integers of 2, 4 and 8 bytes.
bool mayBeSwapped(const MemoryType &type) {
  const MemoryType &inner =
      type.kind == MemoryType::Kind::Array ? *type.element : type;
  return inner.kind == MemoryType::Kind::Integer && !inner.isBool &&
         inner.bytes > 1;
}

bool setField(Analyzer &a, FieldInfo &field, const Form *form,
              const FieldOptions &options) {
  for (auto [value, name] :
       {std::pair{options.offset, ":offset"}, std::pair{options.type, ":type"}})
    if (value == nullptr) {
      a.report(form, Kind::MissingOption, {lispName(field.name), name});
      return false;
    }
  bool isNegative = false;
  std::optional<uint64_t> offset = a.constant(options.offset, &isNegative);
  std::optional<MemoryType> type = a.parseType(options.type);
  if (!offset || !type)
    return false;
  if (*offset > UINT16_MAX) {
    a.report(options.offset, Kind::BadOptionValue,
             {":offset", toString(options.offset)});
    return false;
  }
  field.isNetworkOrder = options.netOrder && !options.netOrder->isNil();
  if (field.isNetworkOrder && !mayBeSwapped(*type)) {
    a.report(options.netOrder, Kind::NoNetworkOrder, {toString(options.type)});
    return false;
  }
  field.bitOffset = *offset * 8;
  field.type = std::move(*type);
  return true;
}

/// One `(f :offset O :type T [:net-order t])`.
bool addField(Analyzer &a, StructInfo &record, const Form *form) {
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (!form->isCons() || parts.empty() || !parts[0]->isSymbol()) {
    a.report(form, Kind::MalformedField, {toString(form)});
    return false;
  }
  FieldInfo field;
  field.name = cName(parts[0]);
  if (record.find(field.name)) {
    a.report(parts[0], Kind::DuplicateField, {toString(parts[0])});
    return false;
  }
  std::optional<FieldOptions> options =
      parseOptions(a, Forms(parts).drop_front());
  if (!options || !setField(a, field, form, *options))
    return false;
  record.bytes = std::max(record.bytes, field.bitOffset / 8 + field.type.bytes);
  record.fields.push_back(std::move(field));
  return true;
}

} // namespace

void declareHeader(Analyzer &a, const Form *form, Forms args) {
  if (!checkRecordName(a, form, args))
    return;
  auto record = std::make_unique<StructInfo>();
  record->name = cName(args[0]);
  record->span = form->span;
  record->isPrelude = a.isInPrelude;
  bool isRight = true;
  for (const Form *field : args.drop_front())
    if (!field->isString()) // a documentation string
      isRight &= addField(a, *record, field);
  if (isRight && record->fields.empty()) {
    a.report(form, Kind::EmptyStruct, {toString(args[0])});
    isRight = false;
  }
  if (!isRight)
    a.brokenNames.insert(args[0]->symbol);
  addRecord(a, std::move(record));
}

} // namespace whistler::compiler
