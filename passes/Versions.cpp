#include "Versions.h"

#include "whistler/passes/ReadFate.h"

using namespace llvm;

namespace whistler::passes {

namespace {

/// Program types that had helper 158 from its first day, 5.11, on.
constexpr StringLiteral kTracing[] = {
    "kprobe",     "kretprobe", "ksyscall", "kretsyscall",    "uprobe",
    "uretprobe",  "usdt",      "tp",       "tracepoint",     "raw_tp",
    "perf_event", "fentry",    "fexit",    "raw_tracepoint", "tp_btf",
    "fmod_ret",   "iter"};

/// Enumerators that came with what a version needs.
struct FeatureRow {
  StringLiteral enumerator;
  const VersionRow *version;
};
constexpr FeatureRow kFeatures[] = {
    {"KF_bpf_rdonly_cast", &kDirectVersion},
    {"BPF_FUNC_get_current_task_btf", &kTaskVersion},
    {"BPF_FUNC_task_pt_regs", &kTaskVersion},
};

} // namespace

std::optional<bool> versionHas(StringRef version, StringRef enumerator) {
  for (const FeatureRow &row : kFeatures)
    if (!version.empty() && enumerator == row.enumerator)
      return version == kDirectVersion.name || version == row.version->name;
  return std::nullopt;
}

StringRef kernelsOf(const Function &function) {
  const VersionRow *version = versionOf(function);
  if (!version)
    return "";
  if (version->rules.casts)
    return "6.2+";
  if (version->rules.currentTask)
    return isTracing(function) ? "5.11+" : "5.15+";
  return "older";
}

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
