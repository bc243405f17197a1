// import-kernel-struct: the functions that a struct of the kernel gets. Types
// of a module are asked for as `module:struct`; which of several types of one
// name is meant, `:btf-id` says, where no running kernel has to find it.

#include "Analyzer.h"

#include "whistler/btf/Errors.h"

namespace whistler::compiler {

namespace {

void importField(Analyzer &a, const StructInfo &record, const Form *form) {
  if (!form->isSymbol()) {
    a.report(form, Kind::MalformedField, {toString(form)});
    return;
  }
  if (const FieldInfo *field = record.find(cName(form))) {
    a.addFieldAccessors(record, *field, record.name);
    return;
  }
  std::string name = toString(form);
  a.report(
      form, Kind::UnknownField,
      {lispName(record.name), name, didYouMean(name, record.fieldNames())});
  a.brokenNames.insert(a.forms.intern(
      llvm::StringRef(lispName(record.name) + "-" + name).upper()));
}

} // namespace

namespace {

/// One import: where its types come from, and which it wants.
struct Import {
  const Form *name;
  std::vector<const Form *> fields;
  const Form *btfId = nullptr;
};

/// `:btf-id N` out of the fields; false when something was reported.
bool readImport(Analyzer &a, const Form *form, Forms rest, Import &import) {
  for (size_t i = 0; i < rest.size(); ++i) {
    if (!rest[i]->isKeyword()) {
      import.fields.push_back(rest[i]);
      continue;
    }
    std::string text = toString(rest[i]);
    bool isKnown = rest[i]->symbol->name == "BTF-ID" && i + 1 < rest.size();
    if (!isKnown) {
      a.report(rest[i], Kind::UnknownOption,
               {text, toString(form->cons.car), didYouMean(text, {":btf-id"})});
      return false;
    }
    import.btfId = rest[++i];
  }
  return true;
}

std::string describeType(const btf::Btf &types, uint64_t id) {
  llvm::Expected<btf::Type> type = types.type(btf::TypeId(id));
  if (!type) {
    llvm::consumeError(type.takeError());
    return "not there";
  }
  return type->name.empty() ? "another" : "`" + type->name + "`";
}

/// The type that `:btf-id` says, when it has the name.
std::optional<btf::Aggregate> typeOfId(Analyzer &a, const Import &import,
                                       const btf::Btf &types,
                                       llvm::StringRef name) {
  if (a.inputs.relocatable) {
    a.report(import.btfId, Kind::BtfIdRelocated);
    return std::nullopt;
  }
  std::optional<uint64_t> id = a.constant(import.btfId);
  if (!id)
    return std::nullopt;
  bool isThere = *id != 0 && *id < types.typeCount();
  if (isThere) {
    llvm::Expected<btf::Aggregate> found = types.aggregate(btf::TypeId(*id));
    if (found && found->name == name)
      return std::move(*found);
    llvm::consumeError(found.takeError());
  }
  a.report(import.btfId, Kind::WrongBtfId,
           {std::to_string(*id),
            isThere ? describeType(types, *id) : "not there", lispName(name)});
  return std::nullopt;
}

/// The struct imported: one that is known, or a new one.
const StructInfo *importedStruct(Analyzer &a, const Import &import,
                                 llvm::StringRef name) {
  const Symbol *module = import.name->package;
  if (!module && !import.btfId)
    return a.kernelStruct(name, import.name);
  const btf::Btf *types =
      module ? a.moduleBtf(module->name.lower()) : a.btf(import.name);
  if (types == nullptr)
    return nullptr;
  std::optional<btf::Aggregate> wanted;
  if (import.btfId) {
    wanted = typeOfId(a, import, *types, name);
    if (!wanted)
      return nullptr;
  }
  const StructInfo *known = a.findStruct(name);
  if (!known)
    return wanted ? a.addKernelStruct(*types, *wanted)
                  : a.kernelStruct(*types, name, import.name);
  if (!wanted) {
    if (llvm::Expected<btf::Aggregate> found = types->findAggregate(name))
      wanted = std::move(*found);
    else
      llvm::consumeError(found.takeError());
  }
  bool isKnown = wanted && known->kernelId == wanted->id &&
                 (known->home == types || !types->isOwnOfModule(wanted->id));
  if (isKnown)
    return known;
  a.report(import.name, Kind::ImportedOtherwise, {toString(import.name)});
  return nullptr;
}

} // namespace

void importKernelStruct(Analyzer &a, const Form *form, Forms args) {
  if (args.empty() || !args[0]->isSymbol()) {
    a.report(form, Kind::MissingName, {toString(form->cons.car)});
    return;
  }
  std::string name = cName(args[0]);
  if (const StructInfo *old = a.findStruct(name);
      old && !old->isKernel && !old->isPrelude) {
    a.duplicate(args[0], old->span);
    return;
  }
  a.forgetPrelude(name);
  Import import{args[0], {}};
  const StructInfo *record = readImport(a, form, args.drop_front(), import)
                                 ? importedStruct(a, import, name)
                                 : nullptr;
  if (record == nullptr) {
    // Its accessors, whatever their names, are not worth a message each.
    a.brokenNames.insert(args[0]->symbol);
    for (const Form *field : import.fields)
      if (field->isSymbol())
        a.brokenNames.insert(a.forms.intern(
            (args[0]->symbol->name + "-" + field->symbol->name).str()));
    return;
  }
  a.addAccessor("as_" + name, {Accessor::Kind::As, record, nullptr});
  for (const Form *field : import.fields)
    importField(a, *record, field);
  if (import.fields.empty())
    for (const FieldInfo &field : record->fields)
      a.addFieldAccessors(*record, field, record->name);
}

} // namespace whistler::compiler
