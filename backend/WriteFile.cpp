// A file is written whole or not at all: into a temporary file beside it, then
// renamed. A failure removes the temporary file. What is no regular file
// (/dev/stdout, a pipe) can't be renamed over and is written directly.

#include "whistler/backend/Target.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace whistler::backend {

namespace {

Error fail(const std::string &path, std::error_code code) {
  return createFileError(path, code);
}

bool isSpecialFile(const std::string &path) {
  sys::fs::file_status status;
  return !sys::fs::status(path, status) && sys::fs::exists(status) &&
         !sys::fs::is_regular_file(status) && !sys::fs::is_directory(status);
}

Error writeDirectly(const std::string &path, ArrayRef<char> bytes) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return fail(path, code);
  os.write(bytes.data(), bytes.size());
  os.close();
  code = os.error();
  os.clear_error();
  return code ? fail(path, code) : Error::success();
}

} // namespace

Error writeFile(const std::string &path, ArrayRef<char> bytes) {
  if (isSpecialFile(path))
    return writeDirectly(path, bytes);
  unsigned mode = sys::fs::all_read | sys::fs::all_write;
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".%%%%%%.tmp", mode);
  if (!file)
    return fail(path, errorToErrorCode(file.takeError()));
  raw_fd_ostream os(file->FD, /*shouldClose=*/false);
  os.write(bytes.data(), bytes.size());
  os.flush();
  std::error_code code = os.error();
  os.clear_error();
  if (code) {
    consumeError(file->discard());
    return fail(path, code);
  }
  if (Error error = file->keep(path)) {
    code = errorToErrorCode(std::move(error));
    consumeError(file->discard());
    return fail(path, code);
  }
  return Error::success();
}

} // namespace whistler::backend
