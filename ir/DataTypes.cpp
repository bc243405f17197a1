// Data types and map definitions as debug info.
//
// A BTF-defined map is a variable whose type libbpf reads: each attribute is a
// member, a number n is written as a pointer to an array of n ints, a type as
// a pointer to it. The variable's contents mean nothing.

#include "DataTypes.h"

#include <llvm/BinaryFormat/Dwarf.h>

using namespace llvm;

namespace whistler::ir {

namespace {

StringRef integerName(uint64_t bytes, bool isSigned) {
  switch (bytes) {
  case 1:
    return isSigned ? "signed char" : "unsigned char";
  case 2:
    return isSigned ? "short" : "unsigned short";
  case 4:
    return isSigned ? "int" : "unsigned int";
  default:
    return isSigned ? "long long" : "unsigned long long";
  }
}

DIType *integerType(DIBuilder &debug, const DataType &type) {
  StringRef name = type.name;
  if (name.empty())
    name = integerName(type.bytes, type.isSigned);
  unsigned encoding =
      type.isSigned ? dwarf::DW_ATE_signed : dwarf::DW_ATE_unsigned;
  if (type.bytes == 1)
    encoding =
        type.isSigned ? dwarf::DW_ATE_signed_char : dwarf::DW_ATE_unsigned_char;
  return debug.createBasicType(name, type.bytes * 8, encoding);
}

DIType *recordType(DIBuilder &debug, DIFile *file, const DataType &type) {
  SmallVector<Metadata *, 8> members;
  for (const DataMember &member : type.members)
    members.push_back(debug.createMemberType(
        nullptr, member.name, file, 0, member.type->bytes * 8, 0,
        member.byteOffset * 8, DINode::FlagZero,
        debugType(debug, file, *member.type)));
  DINodeArray elements = debug.getOrCreateArray(members);
  if (type.kind == DataType::Kind::Union)
    return debug.createUnionType(nullptr, type.name, file, 0, type.bytes * 8, 0,
                                 DINode::FlagZero, elements);
  return debug.createStructType(nullptr, type.name, file, 0, type.bytes * 8, 0,
                                DINode::FlagZero, nullptr, elements);
}

DIType *arrayType(DIBuilder &debug, uint64_t count, uint64_t bytes,
                  DIType *element) {
  return debug.createArrayType(
      bytes * 8, 0, element,
      debug.getOrCreateArray(debug.getOrCreateSubrange(0, count)));
}

/// One struct, or a union of those that share a buffer.
DIType *recordsType(DIBuilder &debug, DIFile *file,
                    ArrayRef<std::shared_ptr<const DataType>> records) {
  if (records.size() == 1)
    return debugType(debug, file, *records.front());
  DataType all;
  all.kind = DataType::Kind::Union;
  for (const std::shared_ptr<const DataType> &record : records) {
    all.bytes = std::max(all.bytes, record->bytes);
    all.members.push_back({record->name, 0, record});
  }
  return debugType(debug, file, all);
}

} // namespace

DIType *debugType(DIBuilder &debug, DIFile *file, const DataType &type) {
  switch (type.kind) {
  case DataType::Kind::Integer:
    return integerType(debug, type);
  case DataType::Kind::Bool:
    return debug.createBasicType(type.name.empty() ? "_Bool" : type.name, 8,
                                 dwarf::DW_ATE_boolean);
  case DataType::Kind::Struct:
  case DataType::Kind::Union:
    return recordType(debug, file, type);
  case DataType::Kind::Array:
    return arrayType(debug, type.count, type.bytes,
                     debugType(debug, file, *type.element));
  case DataType::Kind::Pointer:
    if (type.isFunction)
      return debug.createPointerType(
          debug.createSubroutineType(debug.getOrCreateTypeArray({nullptr})),
          64); // BTF leaves out a function's type that has not even a result
    return debug.createPointerType(
        type.element ? debugType(debug, file, *type.element) : nullptr, 64);
  case DataType::Kind::Enum:
    return debug.createEnumerationType(nullptr, type.name, file, 0,
                                       type.bytes * 8, 0, {}, nullptr);
  }
  llvm_unreachable("every kind of data type has a debug type");
}

DIType *debugMapType(DIBuilder &debug, DIFile *file, const MapDefinition &map,
                     unsigned line) {
  SmallVector<Metadata *, 8> members;
  DIType *integer = debug.createBasicType("int", 32, dwarf::DW_ATE_signed);
  auto addPointer = [&](StringRef name, DIType *target) {
    members.push_back(debug.createMemberType(
        nullptr, name, file, line, 64, 0, members.size() * 64, DINode::FlagZero,
        debug.createPointerType(target, 64)));
  };
  auto addNumber = [&](StringRef name, uint64_t number) {
    if (number)
      addPointer(name, arrayType(debug, number, number * 4, integer));
  };
  addNumber("type", map.type);
  addNumber("map_flags", map.flags);
  addNumber("max_entries", map.maxEntries);
  if (map.key)
    addPointer("key", debugType(debug, file, *map.key));
  else
    addNumber("key_size", map.keyBytes);
  if (map.value)
    addPointer("value", debugType(debug, file, *map.value));
  else if (!map.records.empty())
    addPointer("value_size", arrayType(debug, map.valueBytes, 0,
                                       recordsType(debug, file, map.records)));
  else
    addNumber("value_size", map.valueBytes);
  addNumber("pinning", map.pinByName ? 1 : 0); // LIBBPF_PIN_BY_NAME
  addNumber("map_extra", map.extra);
  addNumber("numa_node", map.numaNode.value_or(0));
  // Last, as libbpf wants it: an array of no stated length, of pointers to what
  // the values are.
  if (map.inner || map.holdsPrograms) {
    DIType *value = map.inner
                        ? debugMapType(debug, file, *map.inner, line)
                        : debug.createSubroutineType(debug.getOrCreateTypeArray(
                              {integer, debug.createPointerType(nullptr, 64)}));
    DIType *values = debug.createArrayType(
        0, 0, debug.createPointerType(value, 64),
        debug.getOrCreateArray(debug.getOrCreateSubrange(0, -1)));
    uint64_t offset = members.size() * 64;
    members.push_back(debug.createMemberType(
        nullptr, "values", file, line, 0, 0, offset, DINode::FlagZero, values));
    return debug.createStructType(nullptr, "", file, line, offset, 0,
                                  DINode::FlagZero, nullptr,
                                  debug.getOrCreateArray(members));
  }
  return debug.createStructType(nullptr, "", file, line, members.size() * 64, 0,
                                DINode::FlagZero, nullptr,
                                debug.getOrCreateArray(members));
}

} // namespace whistler::ir
