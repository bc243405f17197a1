#ifndef WHISTLER_TESTS_UNIT_BTF_TESTBTF_H
#define WHISTLER_TESTS_UNIT_BTF_TESTBTF_H

#include "whistler/btf/Btf.h"
#include "whistler/btf/Errors.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace whistler::btf::test {

using Bytes = std::vector<uint8_t>;

/// BTF under construction by libbpf's btf__add_* functions.
class Builder {
public:
  Builder() : raw(btf__new_empty()) {}
  explicit Builder(::btf *base) : raw(btf__new_empty_split(base)) {}
  ~Builder() { btf__free(raw); }
  Builder(const Builder &) = delete;
  Builder &operator=(const Builder &) = delete;

  TypeId integer(const char *name = "int", int encoding = BTF_INT_SIGNED) {
    return btf__add_int(raw, name, 4, encoding);
  }
  Bytes bytes() const {
    uint32_t size = 0;
    auto *data = static_cast<const uint8_t *>(btf__raw_data(raw, &size));
    return Bytes(data, data + size);
  }
  std::shared_ptr<const Btf> open() const {
    return llvm::cantFail(Btf::fromMemory(bytes()));
  }

  ::btf *raw;
};

inline std::string fixturePath(const std::string &version) {
  // Appended stepwise: GCC 12 warns of a chain of + (its bug 105651).
  std::string path = WHISTLER_BTF_FIXTURES "/linux-";
  path += version;
  path += ".btf";
  return path;
}

inline Bytes readBytes(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

inline const Field *fieldOf(const Aggregate &aggregate,
                            const std::string &name) {
  for (const Field &field : aggregate.fields)
    if (field.name == name)
      return &field;
  return nullptr;
}

/// The error's text when it is of that type, otherwise "".
template <typename ErrorType, typename T>
std::string failure(llvm::Expected<T> result) {
  if (result)
    return "";
  llvm::Error error = result.takeError();
  const bool isType = error.isA<ErrorType>();
  std::string text = llvm::toString(std::move(error));
  return isType ? text : "";
}

} // namespace whistler::btf::test

#endif
