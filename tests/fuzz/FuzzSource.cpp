// Any bytes as a probe: a compilation ends in an object or in diagnostics,
// never in a crash, and it has an object exactly when it has no error.

#include "whistler/compiler/Compiler.h"

#include <cstdlib>

using namespace whistler::compiler;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Compiler compiler;
  auto result = compiler.compile(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), "fuzz.lisp",
      Options{});
  if (!result) {
    llvm::consumeError(result.takeError());
    return 0;
  }
  if (result->ok() != !result->object.empty())
    std::abort();
  for (const Diagnostic &diagnostic : result->diagnostics) {
    std::string text;
    llvm::raw_string_ostream os(text);
    print(diagnostic, *result->sources, os);
    if (text.empty())
      std::abort();
  }
  return 0;
}
