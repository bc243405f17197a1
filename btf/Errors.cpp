// The room's typed errors: their texts and their nearest std::error_code.
//
// Texts follow the diagnostics' manners (lower-case, no full stop, names in
// backquotes) because the compiler shows them behind its own location.

#include "whistler/btf/Errors.h"

#include <llvm/Support/raw_ostream.h>

namespace whistler::btf {

char CorruptBtfError::ID;
char UnknownTypeError::ID;
char AmbiguousTypeError::ID;

CorruptBtfError::CorruptBtfError(std::string where, std::string what)
    : where_(std::move(where)), what_(std::move(what)) {}

void CorruptBtfError::log(llvm::raw_ostream &os) const {
  os << "corrupt BTF in `" << where_ << "`: " << what_;
}

std::error_code CorruptBtfError::convertToErrorCode() const {
  return std::make_error_code(std::errc::bad_message);
}

UnknownTypeError::UnknownTypeError(std::string name) : name_(std::move(name)) {}

void UnknownTypeError::log(llvm::raw_ostream &os) const {
  os << "unknown type `" << name_ << "`";
}

std::error_code UnknownTypeError::convertToErrorCode() const {
  return std::make_error_code(std::errc::no_such_file_or_directory);
}

AmbiguousTypeError::AmbiguousTypeError(std::string name,
                                       std::vector<Aggregate> candidates)
    : name_(std::move(name)), candidates_(std::move(candidates)) {}

void AmbiguousTypeError::log(llvm::raw_ostream &os) const {
  os << "`" << name_ << "` names " << candidates_.size()
     << " different types: ids";
  const char *separator = " ";
  for (const Aggregate &candidate : candidates_) {
    os << separator << candidate.id;
    separator = ", ";
  }
}

std::error_code AmbiguousTypeError::convertToErrorCode() const {
  return std::make_error_code(std::errc::invalid_argument);
}

} // namespace whistler::btf
