// What the generators of all languages share: padding, the types of maps' keys
// and values, names.
#include "Shape.h"

#include "Languages.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

namespace whistler::tools {

namespace {

constexpr Language kLanguages[] = {
#define WHISTLER_LANGUAGE(NAME, EXTENSION, FUNCTION, SUMMARY)                  \
  {NAME, EXTENSION, FUNCTION, SUMMARY},
#include "Languages.def"
};

TypePointer integer(uint64_t bytes) {
  auto type = std::make_shared<DataType>();
  type->bytes = bytes;
  return type;
}

} // namespace

llvm::ArrayRef<Language> languages() { return kLanguages; }

const Language *findLanguage(llvm::StringRef name) {
  for (const Language &language : kLanguages)
    if (name == language.name)
      return &language;
  return nullptr;
}

std::string languageNames() {
  std::vector<std::string> names;
  for (const Language &language : kLanguages)
    names.push_back(language.name);
  return llvm::join(names, ", ");
}

std::string identifier(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    result += llvm::isAlnum(c) ? c : '_';
  if (result.empty() || llvm::isDigit(result.front()))
    result.insert(result.begin(), '_');
  return result;
}

std::vector<Slot> slotsOf(const DataType &record) {
  std::vector<Slot> slots;
  uint64_t end = 0;
  unsigned pads = 0;
  auto pad = [&](uint64_t to) {
    if (to > end)
      slots.push_back({"_pad" + std::to_string(pads++), end, to - end, {}});
  };
  for (const ir::DataMember &member : record.members) {
    pad(member.byteOffset);
    slots.push_back({member.name, member.byteOffset, member.type->bytes,
                     sideType(member.type, uint32_t(member.type->bytes))});
    end = member.byteOffset + member.type->bytes;
  }
  pad(record.bytes);
  return slots;
}

TypePointer sideType(const TypePointer &declared, uint32_t bytes) {
  // Locks and timers of the kernel have nothing for user space to see.
  bool isOpaque = declared && declared->kind == DataType::Kind::Struct &&
                  declared->members.empty();
  if ((declared && !isOpaque) || bytes == 0)
    return declared;
  if (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8)
    return integer(bytes);
  auto type = std::make_shared<DataType>();
  type->kind = DataType::Kind::Array;
  type->bytes = type->count = bytes;
  type->element = integer(1);
  return type;
}

std::string Names::fresh(std::string name) {
  name = identifier(name);
  while (!taken_.insert(name).second)
    name += '_';
  return name;
}

std::string camelCase(llvm::StringRef name) {
  std::string result;
  bool isStart = true;
  bool isShouting = llvm::none_of(name, llvm::isLower);
  for (char c : name) {
    if (!llvm::isAlnum(c)) {
      isStart = true;
      continue;
    }
    result += isStart ? llvm::toUpper(c) : isShouting ? llvm::toLower(c) : c;
    isStart = false;
  }
  return result;
}

std::string decimal(const compiler::Declarations::Constant &constant) {
  return constant.isNegative ? std::to_string(int64_t(constant.value))
                             : std::to_string(constant.value);
}

} // namespace whistler::tools
