// The options of `whistler disasm`; Disasm.cpp does the work.
#include "CommandLine.h"
#include "Commands.h"
#include "Disasm.h"

namespace whistler::tools {

const Grammar kDisasmGrammar = {
    "whistler disasm",
    "FILE",
    "Lists the programs of an object, instructions under their source lines.",
    {},
    1,
    1};

int runDisasmCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kDisasmGrammar, given, status);
  return arguments ? runDisasm(arguments->operands.front()) : status;
}

} // namespace whistler::tools
