// LLVM's ObjectFile ends the process on some damaged ELF files (a symbol table
// that reaches beyond the file, a relocation of symbol 10000) and prints to
// stderr on others. The ELFFile layer below it returns errors. Everything that
// Elf.cpp and LLVM's BTFParser are going to touch is therefore walked once
// through that layer.

#include "ElfCheck.h"

#include <llvm/BinaryFormat/ELF.h>
#include <llvm/Object/ELF.h>

using namespace llvm;
using namespace llvm::object;

namespace whistler::backend {

namespace {

using File = ELFFile<ELF64LE>;
using Section = ELF64LE::Shdr;

Error refuse(const char *what) {
  return createStringError(inconvertibleErrorCode(), what);
}

Error checkSymbols(const File &file, const Section &table, size_t sections) {
  Expected<ELF64LE::SymRange> symbols = file.symbols(&table);
  if (!symbols)
    return symbols.takeError();
  Expected<StringRef> names = file.getStringTableForSymtab(table);
  if (!names)
    return names.takeError();
  for (const ELF64LE::Sym &symbol : *symbols) {
    Expected<StringRef> name = symbol.getName(*names);
    if (!name)
      return name.takeError();
    if (symbol.st_shndx == ELF::SHN_XINDEX ||
        (symbol.st_shndx < ELF::SHN_LORESERVE && symbol.st_shndx >= sections))
      return refuse("a symbol of a section that is not there");
  }
  return Error::success();
}

Error checkRelocations(const File &file, const Section &table,
                       ArrayRef<Section> sections) {
  if (table.sh_link >= sections.size() || table.sh_info >= sections.size())
    return refuse("relocations of a section that is not there");
  const Section &symbolTable = sections[table.sh_link];
  if (symbolTable.sh_type != ELF::SHT_SYMTAB)
    return refuse("relocations without symbol table");
  Expected<ELF64LE::SymRange> symbols = file.symbols(&symbolTable);
  if (!symbols)
    return symbols.takeError();
  Expected<ELF64LE::RelRange> relocations = file.rels(table);
  if (!relocations)
    return relocations.takeError();
  for (const ELF64LE::Rel &relocation : *relocations)
    if (relocation.getSymbol(false) >= symbols->size())
      return refuse("a relocation of a symbol that is not there");
  return Error::success();
}

Error checkSection(const File &file, const Section &section,
                   ArrayRef<Section> sections) {
  Expected<StringRef> name = file.getSectionName(section);
  if (!name)
    return name.takeError();
  if (section.sh_type == ELF::SHT_RELA)
    return refuse("relocations with addend; BPF has none");
  if (section.sh_type != ELF::SHT_NOBITS) {
    Expected<ArrayRef<uint8_t>> contents = file.getSectionContents(section);
    if (!contents)
      return contents.takeError();
  }
  if (section.sh_type == ELF::SHT_SYMTAB || section.sh_type == ELF::SHT_DYNSYM)
    return checkSymbols(file, section, sections.size());
  if (section.sh_type == ELF::SHT_REL)
    return checkRelocations(file, section, sections);
  return Error::success();
}

} // namespace

Error checkElf(ArrayRef<char> bytes) {
  Expected<File> file = File::create(StringRef(bytes.data(), bytes.size()));
  if (!file)
    return file.takeError();
  Expected<ELF64LE::ShdrRange> sections = file->sections();
  if (!sections)
    return sections.takeError();
  for (const Section &section : *sections)
    if (Error error = checkSection(*file, section, *sections))
      return error;
  return Error::success();
}

} // namespace whistler::backend
