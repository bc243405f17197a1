// Gets the raw BTF out of a file, ELF or not.
//
// A vmlinux with debug information is hundreds of megabytes around 5 MB of
// BTF, so the section is found with three small reads instead of reading the
// file. libbpf's own ELF reader is not used because it prints to stderr about
// files it does not like.
//
// Reads are real reads ("volatile" for MemoryBuffer) and not mappings: a mapped
// file that somebody truncates kills the process with SIGBUS. What the kernel
// has under /sys/kernel/btf cannot shrink; vmlinux can be mapped since 6.16,
// and MemoryBuffer reads what can't.

#include "ReadFile.h"

#include "whistler/btf/Errors.h"

#include <llvm/Support/FileSystem.h>

#include <elf.h>

#include <cstring>

namespace whistler::btf {
namespace {

using Buffer = std::unique_ptr<llvm::MemoryBuffer>;

llvm::Error corrupt(const std::string &path, const char *what) {
  return llvm::make_error<CorruptBtfError>(path, what);
}

class ElfFile {
public:
  ElfFile(const std::string &path, uint64_t bytes)
      : path_(path), bytes_(bytes) {}

  /// The contents of the section of that name.
  llvm::Expected<Buffer> section(llvm::StringRef name) const;

private:
  llvm::Expected<Buffer> slice(uint64_t offset, uint64_t length) const;
  llvm::Expected<Buffer> sectionHeaders(const Elf64_Ehdr &header) const;

  std::string path_;
  uint64_t bytes_;
};

llvm::Expected<Buffer> ElfFile::slice(uint64_t offset, uint64_t length) const {
  if (offset > bytes_ || length > bytes_ - offset)
    return corrupt(path_, "an ELF section lies outside of the file");
  auto buffer = llvm::MemoryBuffer::getFileSlice(path_, length, offset,
                                                 /*IsVolatile=*/true);
  if (!buffer)
    return llvm::createFileError(path_, buffer.getError());
  return std::move(*buffer);
}

llvm::Expected<Buffer> ElfFile::sectionHeaders(const Elf64_Ehdr &header) const {
  const uint8_t order =
      llvm::sys::IsLittleEndianHost ? ELFDATA2LSB : ELFDATA2MSB;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != order)
    return corrupt(path_, "not a 64-bit ELF file of this byte order");
  if (header.e_shentsize != sizeof(Elf64_Shdr))
    return corrupt(path_, "ELF section headers of an unknown size");
  uint64_t count = header.e_shnum;
  if (count == 0 && header.e_shoff != 0) {
    // More than 65,279 sections: the first header has the number.
    auto first = slice(header.e_shoff, sizeof(Elf64_Shdr));
    if (!first)
      return first.takeError();
    Elf64_Shdr section;
    std::memcpy(&section, (*first)->getBufferStart(), sizeof section);
    count = section.sh_size;
    if (count > bytes_ / sizeof section)
      return corrupt(path_, "an ELF section lies outside of the file");
  }
  return slice(header.e_shoff, count * sizeof(Elf64_Shdr));
}

llvm::Expected<Buffer> ElfFile::section(llvm::StringRef name) const {
  auto start = slice(0, sizeof(Elf64_Ehdr));
  if (!start)
    return start.takeError();
  Elf64_Ehdr header;
  std::memcpy(&header, (*start)->getBufferStart(), sizeof header);
  auto table = sectionHeaders(header);
  if (!table)
    return table.takeError();
  const size_t count = (*table)->getBufferSize() / sizeof(Elf64_Shdr);
  auto at = [&](size_t index) {
    Elf64_Shdr section;
    std::memcpy(&section, (*table)->getBufferStart() + index * sizeof section,
                sizeof section);
    return section;
  };
  const size_t namesIndex = header.e_shstrndx == SHN_XINDEX && count
                                ? at(0).sh_link
                                : header.e_shstrndx;
  if (namesIndex >= count)
    return corrupt(path_, "ELF file without section names");
  auto names = slice(at(namesIndex).sh_offset, at(namesIndex).sh_size);
  if (!names)
    return names.takeError();
  for (size_t i = 0; i < count; ++i) {
    const Elf64_Shdr section = at(i);
    llvm::StringRef rest = (*names)->getBuffer().substr(section.sh_name);
    if (section.sh_type != SHT_NOBITS &&
        rest.take_until([](char c) { return c == '\0'; }) == name)
      return slice(section.sh_offset, section.sh_size);
  }
  return corrupt(path_, "ELF file without a `.BTF` section");
}

} // namespace

llvm::Expected<Buffer> readRawBtf(const std::string &path) {
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    return llvm::createFileError(path, error);
  if (llvm::sys::fs::is_directory(status))
    return llvm::createFileError(
        path, std::make_error_code(std::errc::is_a_directory));
  if (status.getSize() >= sizeof(Elf64_Ehdr)) {
    auto magic = llvm::MemoryBuffer::getFileSlice(path, SELFMAG, 0,
                                                  /*IsVolatile=*/true);
    if (!magic)
      return llvm::createFileError(path, magic.getError());
    if ((*magic)->getBuffer() == llvm::StringRef(ELFMAG, SELFMAG))
      return ElfFile(path, status.getSize()).section(".BTF");
  }
  const bool isKernels = llvm::StringRef(path).starts_with("/sys/kernel/btf/");
  auto whole = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                           /*RequiresNullTerminator=*/false,
                                           /*IsVolatile=*/!isKernels);
  if (!whole)
    return llvm::createFileError(path, whole.getError());
  return std::move(*whole);
}

} // namespace whistler::btf
