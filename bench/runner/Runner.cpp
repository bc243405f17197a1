// whistler_probe_runner counts|values|times: the half of `./dev bench` that
// talks to the kernel. The driver (bench/bench.py) compiles the objects and
// sends a plan on standard input; one JSON record a line comes back.
#include "Plan.h"
#include "ProbeObject.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;
using namespace whistler::bench;

namespace {

struct Mode {
  StringLiteral name;
  bool (*run)(const Plan &);
};

constexpr Mode kModes[] = {
    {"counts", measureCounts},
    {"values", compareValues},
    {"times", measureTimes},
};

} // namespace

int main(int argc, char **argv) {
  const Mode *mode = find_if(kModes, [&](const Mode &known) {
    return argc == 2 && known.name == argv[1];
  });
  if (mode == std::end(kModes)) {
    errs() << "usage: whistler_probe_runner counts|values|times < PLAN\n";
    return 2;
  }
  silenceLibbpf();
  auto text = MemoryBuffer::getSTDIN();
  if (!text) {
    errs() << "whistler_probe_runner: " << text.getError().message() << '\n';
    return 2;
  }
  auto plan = readPlan((*text)->getBuffer());
  if (!plan) {
    errs() << "whistler_probe_runner: " << toString(plan.takeError()) << '\n';
    return 2;
  }
  return mode->run(*plan) ? 0 : 1;
}
