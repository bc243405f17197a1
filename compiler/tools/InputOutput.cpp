// Reading operands and writing results, the same for every command: `-` for
// the standard streams, whole files or none.
#include "InputOutput.h"

#include "whistler/backend/Target.h"

#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readInput(const std::string &name) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(name);
  if (!buffer)
    return llvm::createStringError(buffer.getError(), "cannot read `%s`: %s",
                                   name.c_str(),
                                   buffer.getError().message().c_str());
  return std::move(*buffer);
}

llvm::Error writeOutput(const std::string &name, llvm::ArrayRef<char> bytes) {
  if (name != "-")
    return backend::writeFile(name, bytes);
  llvm::raw_fd_ostream &out = llvm::outs();
  out.write(bytes.data(), bytes.size());
  out.flush();
  if (!out.has_error())
    return llvm::Error::success();
  std::error_code error = out.error();
  out.clear_error();
  return llvm::createStringError(error, "cannot write to standard output: %s",
                                 error.message().c_str());
}

std::string withExtension(const std::string &input,
                          const std::string &extension) {
  llvm::SmallString<128> path(input);
  llvm::sys::path::replace_extension(path, "");
  return (path + extension).str();
}

} // namespace whistler::tools
