#include "Versions.h"

using namespace llvm;

namespace whistler::passes {

namespace {

/// Program types that had helper 158 from its first day, 5.11, on.
constexpr StringLiteral kTracing[] = {
    "kprobe",     "kretprobe", "ksyscall", "kretsyscall",    "uprobe",
    "uretprobe",  "usdt",      "tp",       "tracepoint",     "raw_tp",
    "perf_event", "fentry",    "fexit",    "raw_tracepoint", "tp_btf",
    "fmod_ret",   "iter"};

} // namespace

bool isTracing(const Function &function) {
  if (function.hasFnAttribute(kTracingAttribute))
    return true;
  StringRef section = function.getSection().ltrim('?');
  StringRef type = section.take_until(
      [](char c) { return c == '/' || c == '.' || c == '+'; });
  return is_contained(kTracing, type);
}

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
