// Any bytes as BTF: opening gives types or an error, and so does every
// question about them.

#include "whistler/btf/Btf.h"

#include <vector>

using namespace whistler::btf;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto btf = Btf::fromMemory({data, size});
  if (!btf) {
    llvm::consumeError(btf.takeError());
    return 0;
  }
  std::vector<std::string> names;
  (*btf)->forEachAggregateName(
      [&](llvm::StringRef name) { names.push_back(name.str()); });
  for (const std::string &name : names) {
    auto aggregate = (*btf)->findAggregate(name);
    if (!aggregate) {
      llvm::consumeError(aggregate.takeError());
      continue;
    }
    for (const Field &field : aggregate->fields)
      if (auto type = (*btf)->type(field.type); !type)
        llvm::consumeError(type.takeError());
  }
  return 0;
}
