#include "Versions.h"

using namespace llvm;

namespace whistler::passes {

const VersionRow *versionOf(const Function &function) {
  static constexpr const VersionRow *kVersions[] = {
      &kDirectVersion, &kTaskVersion, &kHelperVersion};
  StringRef name =
      function.getFnAttribute(kVersionAttribute).getValueAsString();
  for (const VersionRow *version : kVersions)
    if (name == version->name)
      return version;
  return nullptr;
}

} // namespace whistler::passes
