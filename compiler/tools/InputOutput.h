#ifndef WHISTLER_TOOLS_INPUTOUTPUT_H
#define WHISTLER_TOOLS_INPUTOUTPUT_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBuffer.h>

#include <memory>
#include <string>

namespace whistler::tools {

/// The file's bytes; `-` is standard input. The error's text is "cannot read
/// `NAME`: why".
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readInput(const std::string &name);

/// Writes the file whole or not at all; `-` is standard output.
llvm::Error writeOutput(const std::string &name, llvm::ArrayRef<char> bytes);

/// `input` with its extension replaced: "a/b.lisp", ".bpf.o" to "a/b.bpf.o".
std::string withExtension(const std::string &input,
                          const std::string &extension);

} // namespace whistler::tools

#endif
