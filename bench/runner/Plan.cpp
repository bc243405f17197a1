// The driver's wishes, read; and records, written.
#include "Plan.h"

#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace whistler::bench {

bool fromJSON(const json::Value &value, Form &form, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("form", form.name) && map.map("object", form.object);
}

bool fromJSON(const json::Value &value, Probe &probe, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("probe", probe.name) &&
         map.map("program", probe.program) && map.map("forms", probe.forms);
}

bool fromJSON(const json::Value &value, Plan &plan, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.mapOptional("bases", plan.bases) &&
         map.mapOptional("baseline", plan.baseline) &&
         map.mapOptional("samples", plan.samples) &&
         map.mapOptional("placements", plan.placements) &&
         map.mapOptional("loads", plan.loads) && map.map("probes", plan.probes);
}

Expected<Plan> readPlan(StringRef text) {
  return json::parse<Plan>(text, "plan");
}

void print(json::Object record) {
  outs() << json::Value(std::move(record)) << '\n';
  outs().flush();
}

void printError(const std::string &what, const std::string &probe) {
  print(json::Object{{"kind", "error"}, {"probe", probe}, {"what", what}});
}

} // namespace whistler::bench
