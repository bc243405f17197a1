// Structs of the kernel: what BTF says about them, in sema's terms.
//
// BTF is opened at the first need. Without it (missing, corrupt) the error is
// the world's, not the program's, and the run ends after the current form.

#include "Analyzer.h"

#include "whistler/btf/Errors.h"

namespace whistler::compiler {

namespace {

ir::RecordKind recordKindOf(btf::AggregateKind kind, bool isTypedef) {
  if (isTypedef)
    return ir::RecordKind::Typedef;
  return kind == btf::AggregateKind::Union ? ir::RecordKind::Union
                                           : ir::RecordKind::Struct;
}

MemoryType aggregateMember(const btf::Btf &btf, const btf::Type &type) {
  MemoryType member;
  member.kind = MemoryType::Kind::Aggregate;
  member.bytes = type.bytes;
  member.name = type.name;
  member.kernelType = type.id;
  member.kernelTypes = &btf;
  member.recordKind = recordKindOf(type.kind == btf::TypeKind::Union
                                       ? btf::AggregateKind::Union
                                       : btf::AggregateKind::Struct,
                                   type.isTypedefName);
  return member;
}

/// The struct behind a pointer, "" when it leads to anything else.
std::string pointeeName(const btf::Btf &btf, btf::TypeId target) {
  llvm::Expected<btf::Type> type = btf.type(target);
  if (!type) {
    llvm::consumeError(type.takeError());
    return "";
  }
  bool isRecord = type->kind == btf::TypeKind::Struct ||
                  type->kind == btf::TypeKind::Union ||
                  type->kind == btf::TypeKind::Forward;
  return isRecord ? type->name : "";
}

llvm::Expected<MemoryType> memoryType(const btf::Btf &btf, btf::TypeId id) {
  llvm::Expected<btf::Type> type = btf.type(id);
  if (!type)
    return type.takeError();
  MemoryType memory;
  memory.bytes = type->bytes;
  memory.isSigned = type->isSigned;
  switch (type->kind) {
  case btf::TypeKind::Struct:
  case btf::TypeKind::Union:
    return aggregateMember(btf, *type);
  case btf::TypeKind::Array: {
    llvm::Expected<MemoryType> element = memoryType(btf, type->target);
    if (!element)
      return element.takeError();
    memory.kind = MemoryType::Kind::Array;
    memory.count = type->count;
    memory.element = std::make_shared<const MemoryType>(std::move(*element));
    return memory;
  }
  case btf::TypeKind::Pointer:
    memory.kind = MemoryType::Kind::Pointer;
    memory.bytes = 8;
    memory.name = pointeeName(btf, type->target);
    return memory;
  case btf::TypeKind::Bool:
    memory.isBool = true;
    return memory;
  case btf::TypeKind::Enum:
    memory.shape = ir::FieldShape::Enum;
    return memory;
  case btf::TypeKind::Float:
    memory.shape = ir::FieldShape::Float;
    return memory;
  default:
    return memory;
  }
}

llvm::Expected<std::unique_ptr<StructInfo>>
convert(const btf::Btf &btf, const btf::Aggregate &aggregate) {
  auto info = std::make_unique<StructInfo>();
  info->name = aggregate.name;
  info->isKernel = true;
  info->isUnion = aggregate.kind == btf::AggregateKind::Union;
  info->recordKind = recordKindOf(aggregate.kind, aggregate.isTypedefName);
  info->bytes = aggregate.bytes;
  info->align = 8;
  bool isNamed = !aggregate.hasTwins && !btf.isOwnOfModule(aggregate.id);
  info->kernelTypes = isNamed ? &btf : nullptr;
  info->kernelId = aggregate.id;
  info->home = &btf;
  for (const btf::Field &member : aggregate.fields) {
    llvm::Expected<MemoryType> type = memoryType(btf, member.type);
    if (!type)
      return type.takeError();
    info->fields.push_back({member.name, member.bitOffset, member.bitSize,
                            std::move(*type), member.type});
  }
  return info;
}

std::string describeCandidates(const btf::AmbiguousTypeError &error) {
  std::string text;
  for (const btf::Aggregate &candidate : error.candidates())
    text += (text.empty() ? "" : ", ") + std::string("id ") +
            std::to_string(candidate.id) + " (" +
            std::to_string(candidate.bytes) + " bytes)";
  return text;
}

} // namespace

llvm::Expected<MemoryType> kernelMemoryType(const btf::Btf &btf,
                                            btf::TypeId id) {
  return memoryType(btf, id);
}

const btf::Btf *Analyzer::btf(const Form *at) {
  if (btf_ || btfFailed_)
    return btf_.get();
  llvm::Expected<std::shared_ptr<const btf::Btf>> opened = inputs.openBtf("");
  if (opened) {
    btf_ = std::move(*opened);
    return btf_.get();
  }
  btfFailed_ = true;
  worldError = llvm::joinErrors(std::move(worldError), opened.takeError());
  return nullptr;
}

const btf::Btf *Analyzer::btfIfThere() {
  if (btf_ || btfFailed_)
    return btf_.get();
  llvm::Expected<std::shared_ptr<const btf::Btf>> opened = inputs.openBtf("");
  if (opened)
    btf_ = std::move(*opened);
  else
    llvm::consumeError(opened.takeError());
  return btf_.get();
}

const btf::Btf *Analyzer::moduleBtf(llvm::StringRef module) {
  for (const auto &[name, types] : modules_)
    if (name == module)
      return types.get();
  llvm::Expected<std::shared_ptr<const btf::Btf>> opened =
      inputs.openBtf(module);
  if (opened) {
    modules_.push_back({module.str(), std::move(*opened)});
    return modules_.back().second.get();
  }
  worldError = llvm::joinErrors(std::move(worldError), opened.takeError());
  return nullptr;
}

const StructInfo *Analyzer::addKernelStruct(const btf::Btf &types,
                                            const btf::Aggregate &aggregate) {
  if (llvm::Expected<std::unique_ptr<StructInfo>> info =
          convert(types, aggregate))
    return addStruct(std::move(*info));
  else
    worldError = llvm::joinErrors(std::move(worldError), info.takeError());
  return nullptr;
}

/// In the modules that were imported from, in that order; null in silence.
const StructInfo *Analyzer::moduleStruct(llvm::StringRef name) {
  for (const auto &[module, types] : modules_) {
    llvm::Expected<btf::Aggregate> found = types->findAggregate(name);
    if (found)
      return addKernelStruct(*types, *found);
    llvm::consumeError(found.takeError());
  }
  return nullptr;
}

const StructInfo *Analyzer::kernelStruct(llvm::StringRef name, const Form *at) {
  if (const StructInfo *known = findStruct(name))
    return known;
  const btf::Btf *types = btf(at);
  return types == nullptr ? nullptr : kernelStruct(*types, name, at);
}

const StructInfo *Analyzer::kernelStruct(const btf::Btf &types,
                                         llvm::StringRef name, const Form *at) {
  llvm::Expected<btf::Aggregate> found = types.findAggregate(name);
  if (found)
    return addKernelStruct(types, *found);
  if (found.errorIsA<btf::UnknownTypeError>())
    if (const StructInfo *record = moduleStruct(name)) {
      llvm::consumeError(found.takeError());
      return record;
    }
  llvm::Error rest = llvm::handleErrors(
      found.takeError(),
      [&](const btf::UnknownTypeError &) {
        std::vector<std::string> names;
        types.forEachAggregateName([&](llvm::StringRef candidate) {
          // Names of very different length are never close.
          if (candidate.size() + 3 >= name.size() &&
              candidate.size() <= name.size() + 3)
            names.push_back(lispName(candidate));
        });
        unknownName(at, Kind::UnknownStruct, lispName(name), names);
      },
      [&](const btf::AmbiguousTypeError &error) {
        report(at, Kind::AmbiguousStruct,
               {lispName(name), describeCandidates(error)});
      });
  worldError = llvm::joinErrors(std::move(worldError), std::move(rest));
  return nullptr;
}

const StructInfo *Analyzer::findKernelStruct(llvm::StringRef name,
                                             const Form *at) {
  if (const StructInfo *known = findStruct(name))
    return known;
  const btf::Btf *types = btf(at);
  if (types == nullptr)
    return nullptr;
  llvm::Expected<btf::Aggregate> found = types->findAggregate(name);
  if (found)
    return kernelStruct(name, at);
  llvm::consumeError(found.takeError());
  return moduleStruct(name);
}

const StructInfo *Analyzer::kernelStruct(const btf::Btf &types,
                                         btf::TypeId type) {
  StructInfo *&known = kernelStructs_[{&types, type}];
  if (known)
    return known;
  llvm::Expected<btf::Aggregate> found = types.aggregate(type);
  llvm::Expected<std::unique_ptr<StructInfo>> info =
      found ? convert(types, *found)
            : llvm::Expected<std::unique_ptr<StructInfo>>(found.takeError());
  if (!info) {
    worldError = llvm::joinErrors(std::move(worldError), info.takeError());
    return nullptr;
  }
  ownedStructs_.push_back(std::move(*info));
  return known = ownedStructs_.back().get();
}

const StructInfo *Analyzer::findStruct(llvm::StringRef name) const {
  auto found = structs_.find(name);
  return found == structs_.end() ? nullptr : found->second;
}

std::vector<std::string> Analyzer::structNames() const {
  std::vector<std::string> names;
  for (const auto &entry : structs_)
    names.push_back(lispName(entry.getKey()));
  return names;
}

void Analyzer::forgetPrelude(llvm::StringRef name) {
  if (auto found = structs_.find(name);
      found != structs_.end() && found->second->isPrelude)
    structs_.erase(found);
}

const StructInfo *Analyzer::recordOf(const MemoryType &type, const Form *at) {
  if (type.record)
    return type.record;
  if (type.kernelTypes)
    return kernelStruct(*type.kernelTypes, type.kernelType);
  return type.name.empty() ? nullptr : kernelStruct(type.name, at);
}

StructInfo *Analyzer::addStruct(std::unique_ptr<StructInfo> info) {
  ownedStructs_.push_back(std::move(info));
  StructInfo *added = ownedStructs_.back().get();
  structs_[added->name] = added;
  return added;
}

void Analyzer::addAccessor(llvm::StringRef name, Accessor accessor) {
  std::vector<Accessor> &list = accessors[accessorKey(name)];
  for (Accessor &old : list) {
    if (old.record == accessor.record && old.field == accessor.field &&
        old.kind == accessor.kind)
      return;
    // What the program declares wins over the language's own library.
    if (old.record->isPrelude && !accessor.record->isPrelude) {
      old = accessor;
      return;
    }
    // A field wins over the generated address function of another.
    if (accessor.kind == Accessor::Kind::FieldPointer)
      return;
    if (old.kind == Accessor::Kind::FieldPointer) {
      old = accessor;
      return;
    }
  }
  list.push_back(accessor);
}

void Analyzer::addFieldAccessors(const StructInfo &record,
                                 const FieldInfo &field,
                                 llvm::StringRef prefix) {
  std::string name = (prefix + "_" + field.name).str();
  addAccessor(name, {Accessor::Kind::Field, &record, &field});
  addAccessor(name + "_ptr", {Accessor::Kind::FieldPointer, &record, &field});
}

} // namespace whistler::compiler
