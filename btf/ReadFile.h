#ifndef WHISTLER_BTF_READFILE_H
#define WHISTLER_BTF_READFILE_H

#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBuffer.h>

#include <memory>
#include <string>

namespace whistler::btf {

/// The raw BTF in a file: its `.BTF` section when the file is ELF, otherwise
/// all of it (whether that is BTF is not looked at).
/// Errors: FileError (cannot read), CorruptBtfError (ELF without `.BTF`, or
/// with section headers that lead outside of the file).
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readRawBtf(const std::string &path);

} // namespace whistler::btf

#endif
