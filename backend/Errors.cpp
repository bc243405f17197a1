// The typed errors of this room and how they read as text.

#include "whistler/backend/Load.h"
#include "whistler/backend/Target.h"

using namespace llvm;

namespace whistler::backend {

char BackendError::ID;
char PermissionError::ID;

BackendError::BackendError(std::string program, unsigned line, std::string what)
    : program_(std::move(program)), line_(line), what_(std::move(what)) {}

void BackendError::log(raw_ostream &os) const {
  if (!program_.empty())
    os << "program `" << program_ << "`" << (line_ ? "" : ": ");
  if (line_)
    os << (program_.empty() ? "line " : ", line ") << line_ << ": ";
  os << what_;
}

std::error_code BackendError::convertToErrorCode() const {
  return std::make_error_code(std::errc::invalid_argument);
}

void PermissionError::log(raw_ostream &os) const { os << what_; }

std::error_code PermissionError::convertToErrorCode() const {
  return std::make_error_code(std::errc::operation_not_permitted);
}

} // namespace whistler::backend
