// Do all forms of a probe the same? Each is run once on the same kernel
// objects, and its result, its records and its maps are compared with those of
// the first form. The objects are alive (a tick changes `utime`), so what
// differs is tried again; what always differs is wrong.
#include "Plan.h"
#include "ProbeObject.h"
#include "Workload.h"

#include <llvm/ADT/StringExtras.h>

using namespace llvm;

namespace whistler::bench {

namespace {

constexpr unsigned kAttempts = 40;

using Loaded = std::vector<std::unique_ptr<ProbeObject>>;

Expected<std::string> observe(ProbeObject &probe) {
  probe.clearMaps();
  probe.drain();
  auto done = probe.run(1);
  if (!done)
    return done.takeError();
  std::string text = "result=" + std::to_string(int32_t(done->value));
  for (const std::vector<uint8_t> &record : probe.takeRecords())
    text += " record=" + toHex(record, true);
  return text + probe.mapContents();
}

Expected<Loaded> loadForms(const Probe &probe, ArrayRef<uint64_t> bases) {
  Loaded loaded;
  for (const Form &form : probe.forms) {
    auto object = ProbeObject::load(form.object, probe.program + "_run");
    if (!object)
      return object.takeError();
    if (Error error = (*object)->setBases(bases))
      return error;
    loaded.push_back(std::move(*object));
  }
  return loaded;
}

Expected<std::vector<std::string>> observeAll(const Loaded &loaded) {
  std::vector<std::string> seen;
  for (const std::unique_ptr<ProbeObject> &object : loaded) {
    auto text = observe(*object);
    if (!text)
      return text.takeError();
    seen.push_back(std::move(*text));
  }
  return seen;
}

/// Prints one record for each form; true when all are equal.
Expected<bool> compare(const Probe &probe, ArrayRef<uint64_t> bases) {
  auto loaded = loadForms(probe, bases);
  if (!loaded)
    return loaded.takeError();
  std::vector<std::string> seen;
  for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
    auto now = observeAll(*loaded);
    if (!now)
      return now.takeError();
    seen = std::move(*now);
    if (all_equal(seen))
      break;
  }
  for (auto [form, text] : zip_equal(probe.forms, seen))
    print(json::Object{{"kind", "values"},
                       {"probe", probe.name},
                       {"form", form.name},
                       {"same", text == seen.front()},
                       {"seen", text}});
  return all_equal(seen);
}

} // namespace

bool compareValues(const Plan &plan) {
  Workload workload;
  auto bases = workload.find(plan.bases);
  if (!bases) {
    printError(toString(bases.takeError()));
    return false;
  }
  bool good = true;
  for (const Probe &probe : plan.probes) {
    auto equal = compare(probe, *bases);
    if (!equal)
      printError(toString(equal.takeError()), probe.name);
    good &= equal && *equal;
  }
  return good;
}

} // namespace whistler::bench
