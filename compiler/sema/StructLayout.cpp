// Structs and unions of the program, laid out as C does: natural alignment,
// trailing padding. Each makes (make-n), (as-n p), accessors for its fields
// and their addresses, and a type for the BTF of maps and events.

#include "Analyzer.h"

#include <llvm/Support/MathExtras.h>

namespace whistler::compiler {

const FieldInfo *StructInfo::find(llvm::StringRef wanted) const {
  for (const FieldInfo &field : fields)
    if (field.name == wanted)
      return &field;
  for (const FieldInfo &field : fields)
    if (wanted.equals_insensitive(field.name))
      return &field;
  return nullptr;
}

std::vector<std::string> StructInfo::fieldNames() const {
  std::vector<std::string> names;
  for (const FieldInfo &field : fields)
    names.push_back(lispName(field.name));
  return names;
}

namespace {

uint64_t alignOf(const MemoryType &type) {
  if (type.kind == MemoryType::Kind::Array)
    return alignOf(*type.element);
  if (type.kind == MemoryType::Kind::Aggregate)
    // Of a kernel struct only the size is known, which its alignment divides.
    return type.record && !type.record->isKernel
               ? type.record->align
               : std::min<uint64_t>(8, type.bytes & -type.bytes);
  return type.bytes;
}

std::shared_ptr<const ir::DataType> dataTypeOf(const MemoryType &type) {
  if (type.kind == MemoryType::Kind::Aggregate && type.record &&
      type.record->dataType)
    return type.record->dataType;
  auto data = std::make_shared<ir::DataType>();
  data->bytes = type.bytes;
  data->isSigned = type.isSigned;
  if (type.kind == MemoryType::Kind::Array) {
    data->kind = ir::DataType::Kind::Array;
    data->element = dataTypeOf(*type.element);
    data->count = type.count;
  } else if (type.kind == MemoryType::Kind::Aggregate) {
    // The kernel finds its locks and timers in map values by name and size.
    if (llvm::StringRef(type.name).starts_with("bpf_")) {
      data->kind = ir::DataType::Kind::Struct;
      data->name = type.name;
      return data;
    }
    // Of another kernel struct user space is shown the bytes.
    auto byte = std::make_shared<ir::DataType>();
    byte->bytes = 1;
    data->kind = ir::DataType::Kind::Array;
    data->element = byte;
    data->count = type.bytes;
  } else if (type.isBool) {
    data->kind = ir::DataType::Kind::Bool;
  }
  return data;
}

std::shared_ptr<const ir::DataType> dataTypeOf(const StructInfo &record) {
  auto data = std::make_shared<ir::DataType>();
  data->kind =
      record.isUnion ? ir::DataType::Kind::Union : ir::DataType::Kind::Struct;
  data->name = record.name;
  data->bytes = record.bytes;
  for (const FieldInfo &field : record.fields)
    data->members.push_back(
        {field.name, field.bitOffset / 8, dataTypeOf(field.type)});
  return data;
}

void place(StructInfo &record, FieldInfo field) {
  uint64_t align = alignOf(field.type);
  uint64_t offset = record.isUnion ? 0 : llvm::alignTo(record.bytes, align);
  field.bitOffset = offset * 8;
  record.bytes = std::max(record.bytes, offset + field.type.bytes);
  record.align = std::max(record.align, align);
  record.fields.push_back(std::move(field));
}

/// One struct of a defunion, a member of its own name.
bool addMember(Analyzer &a, StructInfo &record, const Form *form) {
  if (!form->isSymbol() || form->isKeyword()) {
    a.report(form, Kind::MalformedField, {toString(form)});
    return false;
  }
  FieldInfo field;
  field.name = cName(form);
  if (record.find(field.name)) {
    a.report(form, Kind::DuplicateField, {toString(form)});
    return false;
  }
  std::optional<MemoryType> type = a.parseType(form);
  if (!type)
    return false;
  field.type = std::move(*type);
  place(record, std::move(field));
  return true;
}

/// One `(name type)` of a defstruct.
bool addField(Analyzer &a, StructInfo &record, const Form *form) {
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (!form->isCons() || parts.size() != 2 || !parts[0]->isSymbol()) {
    a.report(form, Kind::MalformedStructField, {toString(form)});
    return false;
  }
  FieldInfo field;
  field.name = cName(parts[0]);
  if (record.find(field.name)) {
    a.report(parts[0], Kind::DuplicateField, {toString(parts[0])});
    return false;
  }
  std::optional<MemoryType> type = a.parseType(parts[1]);
  if (!type)
    return false;
  field.type = std::move(*type);
  place(record, std::move(field));
  return true;
}

void finishStruct(Analyzer &a, std::unique_ptr<StructInfo> record) {
  record->bytes = llvm::alignTo(record->bytes, record->align);
  record->dataType = dataTypeOf(*record);
  addRecord(a, std::move(record));
}

} // namespace

void addRecord(Analyzer &a, std::unique_ptr<StructInfo> record) {
  StructInfo *info = a.addStruct(std::move(record));
  if (info->dataType) // records of the kernel's headers have none
    a.result.types.push_back({info->dataType, info->span});
  a.addAccessor("make_" + info->name, {Accessor::Kind::Make, info, nullptr});
  a.addAccessor("as_" + info->name, {Accessor::Kind::As, info, nullptr});
  for (const FieldInfo &field : info->fields)
    a.addFieldAccessors(*info, field, info->name);
}

bool checkRecordName(Analyzer &a, const Form *form, Forms args) {
  if (args.empty() || !args[0]->isSymbol()) {
    a.report(form, Kind::MissingName, {toString(form->cons.car)});
    return false;
  }
  const StructInfo *old = a.findStruct(cName(args[0]));
  if (old && !old->isPrelude) {
    a.duplicate(args[0], old->span);
    return false;
  }
  return true;
}

std::shared_ptr<const ir::DataType> dataType(const MemoryType &type) {
  return dataTypeOf(type);
}

void declareStruct(Analyzer &a, const Form *form, Forms args) {
  if (!checkRecordName(a, form, args))
    return;
  auto record = std::make_unique<StructInfo>();
  record->name = cName(args[0]);
  record->span = form->span;
  bool isRight = args.size() > 1;
  if (!isRight)
    a.report(form, Kind::EmptyStruct, {toString(args[0])});
  a.openRecord = args[0]->symbol;
  for (const Form *field : args.drop_front())
    if (!field->isString()) // a documentation string
      isRight &= addField(a, *record, field);
  a.openRecord = nullptr;
  if (!isRight)
    a.brokenNames.insert(args[0]->symbol);
  finishStruct(a, std::move(record));
}

void declareUnion(Analyzer &a, const Form *form, Forms args) {
  if (!checkRecordName(a, form, args))
    return;
  auto record = std::make_unique<StructInfo>();
  record->name = cName(args[0]);
  record->isUnion = true;
  record->span = form->span;
  bool isRight = args.size() > 1;
  if (!isRight)
    a.report(form, Kind::EmptyStruct, {toString(args[0])});
  a.openRecord = args[0]->symbol;
  for (const Form *member : args.drop_front())
    isRight &= addMember(a, *record, member);
  a.openRecord = nullptr;
  if (!isRight)
    a.brokenNames.insert(args[0]->symbol);
  finishStruct(a, std::move(record));
}

} // namespace whistler::compiler
