#ifndef WHISTLER_BACKEND_ELF_H
#define WHISTLER_BACKEND_ELF_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/DebugInfo/BTF/BTFParser.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/Error.h>

#include <map>
#include <memory>

namespace whistler::backend {

/// A BPF object opened for reading: ELF and, when there are, its types, lines
/// and relocation records. The bytes must outlive it.
struct OpenObject {
  std::unique_ptr<llvm::object::ELF64LEObjectFile> elf;
  llvm::BTFParser btf; ///< empty when the object has none
  bool hasBtf = false;
};

/// Errors: BackendError for what is no little-endian BPF object.
llvm::Expected<OpenObject> openObject(llvm::ArrayRef<char> bytes);

/// One function symbol of an executable section.
struct ProgramSymbol {
  std::string name;
  llvm::object::SectionRef section;
  uint64_t offset = 0; ///< bytes from the section's start
  llvm::ArrayRef<uint8_t> code;
  bool subprogram = false; ///< of .text
};

/// Programs first, then subprograms, each in the order of the object.
llvm::Expected<std::vector<ProgramSymbol>>
programSymbols(const OpenObject &object);

/// The instruction at a place that has a symbol relocation, or calls a function
/// of its section, to the symbol's name.
std::map<uint64_t, std::string>
symbolRelocations(const OpenObject &object,
                  const llvm::object::SectionRef &section);

} // namespace whistler::backend

#endif
