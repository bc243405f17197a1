// The public description of what a source declares, out of sema's result. The
// typed program is for lowering and changes with it; this is for those outside
// and holds only what user space can see.

#include "DescribeDeclarations.h"

#include "sema/Tables.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

namespace whistler::compiler {

namespace {

/// `+MAX-LEN+` as C writes constants: MAX_LEN.
std::string constantName(llvm::StringRef name) {
  if (name.size() > 2 && name.starts_with("+") && name.ends_with("+"))
    name = name.drop_front().drop_back();
  std::string result = name.upper();
  for (char &c : result)
    if (!llvm::isAlnum(c))
      c = '_';
  return result;
}

std::string mapTypeName(uint32_t type) {
  for (const MapTypeRow &row : mapTypes())
    if (row.type == type)
      return llvm::StringRef(row.keyword).lower();
  return std::to_string(type);
}

Declarations::Map describe(const ir::MapDefinition &map) {
  Declarations::Map result;
  result.name = map.name;
  result.type = mapTypeName(map.type);
  result.maxEntries = map.maxEntries;
  result.keyBytes = map.keyBytes;
  result.valueBytes = map.valueBytes;
  result.key = map.key;
  result.value = map.value;
  result.records = map.records;
  return result;
}

/// Of a scalar that has one other than zero.
std::optional<uint64_t> initialValue(const Global &global) {
  bool isScalar = global.type.kind == ir::DataType::Kind::Integer ||
                  global.type.kind == ir::DataType::Kind::Bool;
  if (!isScalar || global.bytes.empty())
    return std::nullopt;
  uint64_t value = 0;
  for (size_t i = global.bytes.size(); i-- > 0;)
    value = value << 8 | global.bytes[i];
  return value;
}

} // namespace

Declarations describeDeclarations(const TypedProgram &program,
                                  const SourceManager &sources) {
  auto isOwn = [&](SourceSpan span) {
    return !sources.name(span.file).starts_with("<prelude/");
  };
  Declarations result;
  result.license = program.license;
  for (const NamedType &named : program.types)
    if (isOwn(named.span))
      result.types.push_back(named.type);
  for (const NamedConstant &constant : program.constants)
    if (isOwn(constant.span))
      result.constants.push_back(
          {constantName(constant.name), constant.value, constant.isNegative});
  for (const ir::MapDefinition &map : program.maps)
    result.maps.push_back(describe(map));
  for (const Global &global : program.globals)
    if (isOwn(global.span))
      result.globals.push_back(
          {global.name, std::make_shared<const ir::DataType>(global.type),
           global.isConstant, initialValue(global)});
  for (const Program &one : program.programs)
    result.programs.push_back({one.name, one.section});
  return result;
}

uint64_t alignmentOf(const ir::DataType &type) {
  switch (type.kind) {
  case ir::DataType::Kind::Integer:
  case ir::DataType::Kind::Pointer:
  case ir::DataType::Kind::Enum:
  case ir::DataType::Kind::Bool:
    return type.bytes;
  case ir::DataType::Kind::Array:
    return alignmentOf(*type.element);
  case ir::DataType::Kind::Struct:
  case ir::DataType::Kind::Union:
    break;
  }
  uint64_t align = 1;
  for (const ir::DataMember &member : type.members)
    align = std::max(align, alignmentOf(*member.type));
  return align;
}

} // namespace whistler::compiler
