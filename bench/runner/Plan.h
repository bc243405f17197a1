#ifndef WHISTLER_BENCH_PLAN_H
#define WHISTLER_BENCH_PLAN_H

#include <llvm/Support/Error.h>
#include <llvm/Support/JSON.h>

#include <string>
#include <vector>

namespace whistler::bench {

/// One object of a probe: from a way of reading, or from a twin in C.
struct Form {
  std::string name, object;
};

struct Probe {
  std::string name;    ///< as in bench/probes
  std::string program; ///< its C name; the executed one is `program`_run
  std::vector<Form> forms;
};

/// What the driver wants measured; a JSON object on standard input:
/// {"bases": FILE, "baseline": FILE, "samples": N, "placements": N, "loads": N,
///  "probes": [{"probe", "program", "forms": [{"form", "object"}]}]}.
struct Plan {
  std::string bases, baseline;
  int samples = 25;   ///< of each form, for times
  int placements = 1; ///< so often is each form loaded, for times
  int loads = 1;      ///< of each object; the verifier's time is the least
  std::vector<Probe> probes;
};

llvm::Expected<Plan> readPlan(llvm::StringRef text);

/// One JSON object on a line of standard output, at once.
void print(llvm::json::Object record);
/// A record of kind "error"; `probe` is "" when it concerns all.
void printError(const std::string &what, const std::string &probe = "");

/// The modes: each prints records and returns false when something failed.
bool measureCounts(const Plan &plan);
bool compareValues(const Plan &plan);
bool measureTimes(const Plan &plan);

} // namespace whistler::bench

#endif
