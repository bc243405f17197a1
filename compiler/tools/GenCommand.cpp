// `whistler gen`: what a probe declares, in a language of user space. The
// source goes only as far as sema; no code is made.
#include "CommandLine.h"
#include "Commands.h"
#include "Diagnose.h"
#include "Generate.h"
#include "InputOutput.h"

#include "whistler/compiler/Compiler.h"

namespace whistler::tools {

namespace {

constexpr const char *kCommand = "whistler gen";

constexpr Option kOptions[] = {
    {"lang", 'l', "c|go|rust|python", "language of the output; default c"},
    {"output", 'o', "OUT", "write OUT; default standard output"},
    {"btf", 0, "FILE", "kernel types from FILE: raw BTF, or ELF with .BTF"},
    {"tracefs", 0, "DIR", "format files of tracepoints from DIR/events"},
};

} // namespace

const Grammar kGenGrammar = {
    kCommand,
    "FILE",
    "Writes a probe's structs, unions, constants, map key, value and record\n"
    "types, and globals for a program in user space. The output checks its "
    "own\n"
    "layout where it is compiled or imported.",
    kOptions,
    1,
    1};

int runGenCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kGenGrammar, given, status);
  if (!arguments)
    return status;
  const std::string &input = arguments->operands.front();
  auto source = readInput(input);
  if (!source)
    return fail(kCommand, llvm::toString(source.takeError()), kBadInput);
  compiler::Options options;
  options.btfPath = arguments->get("btf", options.btfPath);
  options.tracefsPath = arguments->get("tracefs");
  compiler::Compiler compiler;
  auto result =
      compiler.declarations((*source)->getBuffer(), sourceName(input), options);
  if (!result)
    return fail(kCommand, llvm::toString(result.takeError()), kMachineLacks);
  printDiagnostics(*result);
  if (!result->ok())
    return kBadInput;
  std::string output = arguments->get("output", "-");
  std::string text = generate(*findLanguage(arguments->get("lang", "c")),
                              result->declarations, input, output);
  if (llvm::Error error = writeOutput(output, {text.data(), text.size()}))
    return fail(kCommand, llvm::toString(std::move(error)), kBadInput);
  return kDone;
}

} // namespace whistler::tools
