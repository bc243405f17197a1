// BPF objects as ELF files, read with LLVM's Object library after a check of
// the whole file: objects of any compiler and damaged ones come here.

#include "Elf.h"

#include "ElfCheck.h"
#include "whistler/backend/Target.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/BinaryFormat/ELF.h>

using namespace llvm;
using namespace llvm::object;

namespace whistler::backend {

namespace {

Error refuse(Error cause) {
  return make_error<BackendError>(
      "", 0, "unreadable object: " + toString(std::move(cause)));
}

bool isExecutable(const SectionRef &section) {
  return ELFSectionRef(section).getFlags() & ELF::SHF_EXECINSTR;
}

StringRef nameOf(const SectionRef &section) {
  Expected<StringRef> name = section.getName();
  if (name)
    return *name;
  consumeError(name.takeError());
  return "";
}

/// Name of the function that starts at a place of a section, or "".
std::string functionAt(const ObjectFile &elf, const SectionRef &section,
                       uint64_t offset) {
  for (const SymbolRef &symbol : elf.symbols()) {
    if (ELFSymbolRef(symbol).getELFType() != ELF::STT_FUNC)
      continue;
    Expected<section_iterator> home = symbol.getSection();
    Expected<uint64_t> value = symbol.getValue();
    Expected<StringRef> name = symbol.getName();
    if (home && value && name && *home != elf.section_end() &&
        **home == section && *value == offset)
      return name->str();
    consumeError(home.takeError());
    consumeError(value.takeError());
    consumeError(name.takeError());
  }
  return "";
}

/// A section symbol stands for what the instruction's immediate points to.
std::string targetName(const ObjectFile &elf, const SymbolRef &symbol,
                       ArrayRef<uint8_t> instruction) {
  if (ELFSymbolRef(symbol).getELFType() == ELF::STT_SECTION) {
    Expected<section_iterator> home = symbol.getSection();
    if (home && *home != elf.section_end()) {
      int32_t immediate = support::endian::read32le(instruction.data() + 4);
      bool call = instruction[0] == 0x85;
      uint64_t offset = call ? uint64_t(int64_t(immediate) + 1) * 8
                             : uint64_t(uint32_t(immediate));
      std::string function = functionAt(elf, **home, offset);
      if (!function.empty())
        return function;
      std::string result = nameOf(**home).str();
      return offset && !call ? result + "+" + std::to_string(offset) : result;
    }
    consumeError(home.takeError());
  }
  Expected<StringRef> name = symbol.getName();
  if (name)
    return name->str();
  consumeError(name.takeError());
  return "";
}

/// Functions of one section call each other without a relocation.
void addLocalCalls(const ObjectFile &elf, const SectionRef &section,
                   ArrayRef<uint8_t> bytes,
                   std::map<uint64_t, std::string> &names) {
  constexpr uint8_t kCall = 0x85, kOfFunction = 1;
  for (uint64_t offset = 0; offset + 8 <= bytes.size(); offset += 8) {
    if (bytes[offset] != kCall || bytes[offset + 1] >> 4 != kOfFunction ||
        names.count(offset))
      continue;
    int64_t distance = int32_t(support::endian::read32le(&bytes[offset + 4]));
    uint64_t target = offset + uint64_t(distance + 1) * 8;
    std::string function = functionAt(elf, section, target);
    if (!function.empty())
      names[offset] = function;
  }
}

/// A function symbol of an executable section, or nothing.
Expected<std::optional<ProgramSymbol>> readSymbol(const ObjectFile &elf,
                                                  const SymbolRef &symbol) {
  if (ELFSymbolRef(symbol).getELFType() != ELF::STT_FUNC)
    return std::nullopt;
  Expected<section_iterator> section = symbol.getSection();
  if (!section)
    return section.takeError();
  if (*section == elf.section_end() || !isExecutable(**section))
    return std::nullopt;
  Expected<uint64_t> offset = symbol.getValue();
  if (!offset)
    return offset.takeError();
  Expected<StringRef> name = symbol.getName();
  if (!name)
    return name.takeError();
  Expected<StringRef> contents = (*section)->getContents();
  if (!contents)
    return contents.takeError();
  uint64_t size = ELFSymbolRef(symbol).getSize();
  if (*offset > contents->size() || size > contents->size() - *offset ||
      size % 8 || *offset % 8)
    return createStringError("symbol `%s` reaches beyond its section",
                             name->str().c_str());
  ProgramSymbol result;
  result.name = name->str();
  result.section = **section;
  result.offset = *offset;
  result.code = arrayRefFromStringRef(contents->substr(*offset, size));
  result.subprogram = nameOf(**section) == ".text";
  return result;
}

} // namespace

Expected<OpenObject> openObject(ArrayRef<char> bytes) {
  StringRef text(bytes.data(), bytes.size());
  constexpr size_t kHeaderBytes = 64;
  if (bytes.size() < kHeaderBytes ||
      !text.starts_with("\x7f"
                        "ELF\x02\x01") ||
      support::endian::read16le(text.data() + 18) != ELF::EM_BPF)
    return make_error<BackendError>("", 0,
                                    "not a little-endian BPF ELF object");
  if (Error error = checkElf(bytes))
    return refuse(std::move(error));
  Expected<std::unique_ptr<ObjectFile>> file =
      ObjectFile::createELFObjectFile(MemoryBufferRef(text, "object"));
  if (!file)
    return refuse(file.takeError());
  if (!isa<ELF64LEObjectFile>(**file))
    return make_error<BackendError>("", 0,
                                    "not a little-endian BPF ELF object");
  OpenObject result;
  result.elf.reset(cast<ELF64LEObjectFile>(file->release()));
  if (!BTFParser::hasBTFSections(*result.elf))
    return result;
  BTFParser::ParseOptions options;
  options.LoadLines = options.LoadTypes = options.LoadRelocs = true;
  if (Error error = result.btf.parse(*result.elf, options))
    return refuse(std::move(error));
  result.hasBtf = true;
  return result;
}

Expected<std::vector<ProgramSymbol>> programSymbols(const OpenObject &object) {
  std::vector<ProgramSymbol> result;
  for (const SymbolRef &symbol : object.elf->symbols()) {
    auto program = readSymbol(*object.elf, symbol);
    if (!program)
      return refuse(program.takeError());
    if (*program)
      result.push_back(std::move(**program));
  }
  stable_sort(result, [](const ProgramSymbol &a, const ProgramSymbol &b) {
    auto place = [](const ProgramSymbol &symbol) {
      return std::tuple(symbol.subprogram, symbol.section.getIndex(),
                        symbol.offset);
    };
    return place(a) < place(b);
  });
  return result;
}

std::map<uint64_t, std::string> symbolRelocations(const OpenObject &object,
                                                  const SectionRef &section) {
  std::map<uint64_t, std::string> result;
  Expected<StringRef> contents = section.getContents();
  if (!contents) {
    consumeError(contents.takeError());
    return result;
  }
  ArrayRef<uint8_t> bytes = arrayRefFromStringRef(*contents);
  for (const SectionRef &table : object.elf->sections()) {
    Expected<section_iterator> target = table.getRelocatedSection();
    if (!target) {
      consumeError(target.takeError());
      continue;
    }
    if (*target == object.elf->section_end() || **target != section)
      continue;
    for (const RelocationRef &relocation : table.relocations()) {
      symbol_iterator symbol = relocation.getSymbol();
      uint64_t offset = relocation.getOffset();
      if (symbol == object.elf->symbol_end() || bytes.size() < 8 ||
          offset > bytes.size() - 8)
        continue;
      result[offset] = targetName(*object.elf, *symbol, bytes.slice(offset, 8));
    }
  }
  if (isExecutable(section))
    addLocalCalls(*object.elf, section, bytes, result);
  return result;
}

} // namespace whistler::backend
