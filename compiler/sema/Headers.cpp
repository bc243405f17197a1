// defheader: a packet header by offsets, as an RFC draws it. Fields may leave
// gaps and overlap; those in network order are converted to host order when
// they are read and back when they are set, at any width.

#include "KeywordOptions.h"

namespace whistler::compiler {

namespace {

struct FieldOptions {
  const Form *offset = nullptr, *type = nullptr, *netOrder = nullptr;
};

constexpr KeywordOption<FieldOptions> kOptions[] = {
    {"OFFSET", &FieldOptions::offset},
    {"TYPE", &FieldOptions::type},
    {"NET-ORDER", &FieldOptions::netOrder},
};

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
  auto [options, isRight] =
      parseKeywordOptions(a, Forms(parts).drop_front(), kOptions, "defheader");
  if (!isRight || !setField(a, field, form, options))
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
