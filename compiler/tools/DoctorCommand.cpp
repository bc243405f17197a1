// `whistler doctor`: what this machine has of what probes need, and what to do
// about the rest.
#include "CommandLine.h"
#include "Commands.h"
#include "TextTable.h"

#include "whistler/backend/Host.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/Support/JSON.h>

#include <unistd.h>

namespace whistler::tools {

namespace {

constexpr Option kOptions[] = {
    {"json", 0, "", "one JSON object instead of text"},
};

using backend::HostFact;

std::string versions() {
  return "whistler " WHISTLER_VERSION ", LLVM " LLVM_VERSION_STRING
         ", libbpf " +
         backend::libbpfVersion();
}

void printFacts(llvm::ArrayRef<HostFact> facts) {
  llvm::outs() << versions() << "\n\n";
  TextTable table;
  table.indent = "  ";
  table.columns = {Align::Left, Align::Left, Align::Left};
  for (const HostFact &fact : facts) {
    table.rows.push_back({fact.isPresent  ? "ok"
                          : fact.isNeeded ? "MISSING"
                                          : "missing",
                          fact.name, fact.found});
    if (!fact.isPresent)
      table.rows.push_back({"", "", "-> " + fact.advice});
  }
  table.print(llvm::outs(), terminalWidth(STDOUT_FILENO));
}

void writeFacts(llvm::ArrayRef<HostFact> facts) {
  llvm::json::OStream json(llvm::outs());
  json.object([&] {
    json.attribute("whistler", WHISTLER_VERSION);
    json.attribute("llvm", LLVM_VERSION_STRING);
    json.attribute("libbpf", backend::libbpfVersion());
    json.attributeArray("facts", [&] {
      for (const HostFact &fact : facts)
        json.object([&] {
          json.attribute("name", fact.name);
          json.attribute("ok", fact.isPresent);
          json.attribute("needed", fact.isNeeded);
          json.attribute("found", fact.found);
          if (!fact.isPresent)
            json.attribute("advice", fact.advice);
        });
    });
  });
  llvm::outs() << '\n';
}

} // namespace

const Grammar kDoctorGrammar = {
    "whistler doctor",
    "",
    "Says what this machine has of what probes need: permission, kernel "
    "types,\n"
    "ways to attach, fast kernel reads. Exit status 3 when something is "
    "missing\n"
    "without which no program can be loaded (MISSING in capitals).",
    kOptions,
    0,
    0};

int runDoctorCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kDoctorGrammar, given, status);
  if (!arguments)
    return status;
  std::vector<HostFact> facts = backend::examineHost();
  arguments->has("json") ? writeFacts(facts) : printFacts(facts);
  bool lacks = llvm::any_of(facts, [](const HostFact &fact) {
    return fact.isNeeded && !fact.isPresent;
  });
  return lacks ? kMachineLacks : kDone;
}

} // namespace whistler::tools
