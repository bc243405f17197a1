// The options of `whistler verify`; Verify.cpp does the work.
#include "CommandLine.h"
#include "Commands.h"
#include "Verify.h"

namespace whistler::tools {

namespace {

constexpr Option kOptions[] = {
    {"log", 0, "", "print the whole verifier log"},
    {"json", 0, "", "one JSON array instead of text"},
    {"btf", 0, "FILE", "kernel types for CO-RE; default the running kernel's"},
};

} // namespace

const Grammar kVerifyGrammar = {
    "whistler verify", "FILE...",
    "Loads each program of the objects into the running kernel and says what\n"
    "the verifier said. Exit status 1 when one is rejected, 3 when this user\n"
    "may not load programs.",
    kOptions};

int runVerifyCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kVerifyGrammar, given, status);
  if (!arguments)
    return status;
  VerifyOptions options;
  options.log = arguments->has("log");
  options.json = arguments->has("json");
  options.btfPath = arguments->get("btf");
  return runVerify(arguments->operands, options);
}

} // namespace whistler::tools
