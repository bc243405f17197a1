#ifndef WHISTLER_BTF_ERRORS_H
#define WHISTLER_BTF_ERRORS_H

#include "whistler/btf/Types.h"

#include <llvm/Support/Error.h>

namespace whistler::btf {

/// Not BTF, truncated, or with references that lead outside of it.
class CorruptBtfError : public llvm::ErrorInfo<CorruptBtfError> {
public:
  static char ID;
  CorruptBtfError(std::string where, std::string what);
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string where_, what_;
};

/// No complete struct, union or typedef of that name.
class UnknownTypeError : public llvm::ErrorInfo<UnknownTypeError> {
public:
  static char ID;
  explicit UnknownTypeError(std::string name);
  const std::string &name() const { return name_; }
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string name_;
};

/// Different complete types share the name; lists their ids.
class AmbiguousTypeError : public llvm::ErrorInfo<AmbiguousTypeError> {
public:
  static char ID;
  AmbiguousTypeError(std::string name, std::vector<Aggregate> candidates);
  const std::string &name() const { return name_; }
  const std::vector<Aggregate> &candidates() const { return candidates_; }
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string name_;
  std::vector<Aggregate> candidates_;
};

} // namespace whistler::btf

#endif
