// The debug types behind CO-RE relocations, trimmed.
//
// A loader finds a member by the names of record and member and compares only
// the kind of its type, so a record needs no member that the program does not
// use, no layout but the build host's offsets (in order: the kernel refuses
// BTF whose members are not), and nothing behind a pointer. Members of
// anonymous aggregates are members of the record around them: libbpf looks
// through anonymous ones. A 4 KB object results where clang makes 640.
//
// The nodes are uniqued, so two fields of one record share its type, and the
// target can check that a path's steps fit together.

#include "CoreTypes.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Metadata.h>

using namespace llvm;

namespace whistler::passes {

namespace {

constexpr uint64_t kPointerBits = 64;

DIDerivedType *derived(LLVMContext &context, unsigned tag, StringRef name,
                       DIType *base, uint64_t bits, uint64_t bitOffset,
                       DINode::DIFlags flags = DINode::FlagZero,
                       Metadata *extra = nullptr) {
  return DIDerivedType::get(
      context, tag, name.empty() ? nullptr : MDString::get(context, name),
      nullptr, 0, nullptr, base, bits, 0, bitOffset, std::nullopt, std::nullopt,
      flags, extra);
}

} // namespace

std::string CoreTypes::recordKey(const ir::FieldStep &step,
                                 const std::string &around) const {
  if (step.record.empty())
    return around; // anonymous: it is what the member around it is
  return step.record + "#" + std::to_string(static_cast<int>(step.recordKind)) +
         "#" + std::to_string(step.recordBytes);
}

void CoreTypes::add(const ir::Field &field) {
  std::string around;
  Member *outer = nullptr;
  for (const ir::FieldStep &step : field.steps) {
    std::string key = recordKey(step, around);
    if (outer)
      outer->inner = key;
    Record &record = records_[key];
    record.step = step;
    outer = &record.members[memberKey(step)];
    around = key + "." + step.member;
  }
  outer->leaf = field;
}

/// The record that fields may be of, too; nothing for any other type.
std::optional<ir::FieldStep> CoreTypes::stepOf(const ir::TypeIdentity &type) {
  bool isRecord =
      type.shape == ir::TypeShape::Struct || type.shape == ir::TypeShape::Union;
  if (type.isTypedef || !isRecord)
    return std::nullopt;
  ir::FieldStep step;
  step.record = type.name;
  step.recordKind = type.shape == ir::TypeShape::Union ? ir::RecordKind::Union
                                                       : ir::RecordKind::Struct;
  step.recordBytes = type.bytes;
  return step;
}

void CoreTypes::add(const ir::TypeIdentity &type) {
  std::optional<ir::FieldStep> step = stepOf(type);
  if (!step)
    return;
  Record &record = records_[recordKey(*step, "")];
  if (record.members.empty())
    record.step = *step;
}

DIType *CoreTypes::typeOf(const ir::TypeIdentity &type) {
  if (std::optional<ir::FieldStep> step = stepOf(type))
    return typeOf(records_.at(recordKey(*step, "")));
  StringRef ownName = type.isTypedef ? "" : StringRef(type.name);
  DIType *target = shapedType(type.shape, ownName, type.bytes);
  if (!type.isTypedef)
    return target;
  return derived(context_, dwarf::DW_TAG_typedef, type.name, target, 0, 0);
}

DIType *CoreTypes::shapedType(ir::TypeShape shape, StringRef name,
                              uint64_t bytes) {
  switch (shape) {
  case ir::TypeShape::Struct:
    return composite(dwarf::DW_TAG_structure_type, name, bytes, {});
  case ir::TypeShape::Union:
    return composite(dwarf::DW_TAG_union_type, name, bytes, {});
  case ir::TypeShape::Enum:
    return composite(dwarf::DW_TAG_enumeration_type, name, bytes ? bytes : 4,
                     {});
  case ir::TypeShape::Integer:
    return integerType(bytes ? bytes : 4, /*isSigned=*/false);
  }
  llvm_unreachable("every shape has a debug type");
}

std::vector<CoreTypes::Access> CoreTypes::accesses(const ir::Field &field) {
  std::vector<Access> path;
  std::string around;
  for (const ir::FieldStep &step : field.steps) {
    std::string key = recordKey(step, around);
    Record &record = records_.at(key);
    auto found = record.members.find(memberKey(step));
    auto index = std::distance(record.members.begin(), found);
    path.push_back({typeOf(record), static_cast<unsigned>(index),
                    step.recordKind == ir::RecordKind::Union});
    around = key + "." + step.member;
  }
  return path;
}

DIType *CoreTypes::typeOf(Record &record) {
  if (record.type)
    return record.type;
  SmallVector<Metadata *, 8> members;
  for (const auto &[key, member] : record.members) {
    DIType *type = memberType(key, member);
    uint64_t bits = type->getSizeInBits();
    DINode::DIFlags flags = DINode::FlagZero;
    Metadata *storage = nullptr;
    if (member.leaf && member.leaf->isBitfield()) {
      bits = member.leaf->bitSize;
      flags = DINode::FlagBitField;
      storage = ConstantAsMetadata::get(ConstantInt::get(
          Type::getInt64Ty(context_), key.first & ~uint64_t(63)));
    }
    members.push_back(derived(context_, dwarf::DW_TAG_member, key.second, type,
                              bits, key.first, flags, storage));
  }
  const ir::FieldStep &step = record.step;
  bool isTypedef = step.recordKind == ir::RecordKind::Typedef;
  record.type = composite(
      step.recordKind == ir::RecordKind::Union ? dwarf::DW_TAG_union_type
                                               : dwarf::DW_TAG_structure_type,
      isTypedef ? "" : step.record, step.recordBytes, members);
  if (isTypedef)
    record.type = derived(context_, dwarf::DW_TAG_typedef, step.record,
                          record.type, 0, 0);
  return record.type;
}

DIType *CoreTypes::memberType(const MemberKey &key, const Member &member) {
  if (member.inner.empty())
    return leafType(*member.leaf);
  return typeOf(records_.at(member.inner));
}

DIType *CoreTypes::leafType(const ir::Field &field) {
  if (field.isPointer)
    return derived(context_, dwarf::DW_TAG_pointer_type, "", nullptr,
                   kPointerBits, 0);
  if (!field.isAggregate)
    return elementType(field);
  if (!field.dimensions)
    return composite(dwarf::DW_TAG_structure_type, "", field.bytes, {});
  DIType *element = elementType(field);
  uint64_t elementBytes = std::max<uint64_t>(element->getSizeInBits() / 8, 1);
  SmallVector<Metadata *, 3> ranges;
  for (uint32_t i = 0; i != field.dimensions; ++i)
    ranges.push_back(DISubrange::get(
        context_, i + 1 == field.dimensions ? field.bytes / elementBytes : 1));
  return DICompositeType::get(
      context_, dwarf::DW_TAG_array_type, StringRef(), nullptr, 0, nullptr,
      element, field.bytes * 8ull, 0, 0, DINode::FlagZero,
      DINodeArray(MDNode::get(context_, ranges)), 0, nullptr);
}

/// A scalar's own type; of an array, one whose kind is the element's.
DIType *CoreTypes::elementType(const ir::Field &field) {
  uint64_t bytes = field.isAggregate ? 1 : field.bytes;
  switch (field.shape) {
  case ir::FieldShape::Integer:
    return integerType(bytes, field.isSigned);
  case ir::FieldShape::Enum:
    // Anonymous, so that no name is compared.
    return composite(dwarf::DW_TAG_enumeration_type, "",
                     field.isAggregate ? 4 : field.bytes, {});
  case ir::FieldShape::Float:
    bytes = std::max<uint64_t>(bytes, 4);
    return DIBasicType::get(context_, dwarf::DW_TAG_base_type,
                            bytes == 4 ? "float" : "double", bytes * 8, 0,
                            dwarf::DW_ATE_float, DINode::FlagZero);
  case ir::FieldShape::Pointer:
    return derived(context_, dwarf::DW_TAG_pointer_type, "", nullptr,
                   kPointerBits, 0);
  case ir::FieldShape::Record:
    return composite(dwarf::DW_TAG_structure_type, "", 1, {});
  }
  llvm_unreachable("every shape has a debug type");
}

DIType *CoreTypes::integerType(uint64_t bytes, bool isSigned) {
  std::string name = (isSigned ? "i" : "u") + std::to_string(bytes * 8);
  return DIBasicType::get(context_, dwarf::DW_TAG_base_type, name, bytes * 8, 0,
                          isSigned ? dwarf::DW_ATE_signed
                                   : dwarf::DW_ATE_unsigned,
                          DINode::FlagZero);
}

DIType *CoreTypes::composite(unsigned tag, StringRef name, uint64_t bytes,
                             ArrayRef<Metadata *> elements) {
  return DICompositeType::get(context_, tag, name, nullptr, 0, nullptr, nullptr,
                              bytes * 8, 0, 0, DINode::FlagZero,
                              DINodeArray(MDNode::get(context_, elements)), 0,
                              nullptr);
}

} // namespace whistler::passes
