// `whistler-opt`: runs any passes, ours and LLVM's, over textual IR, bitcode,
// or the IR a probe is lowered to. It is the tool of the pass tests and the
// place to look at one pass alone; `whistler compile` has the fixed pipelines.
#include "CommandLine.h"
#include "InputOutput.h"
#include "PassRunner.h"

#include "whistler/compiler/Compiler.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/Verifier.h>
#include <llvm/IRReader/IRReader.h>
#include <llvm/Support/Format.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;
using namespace whistler;
using namespace whistler::tools;

namespace {

constexpr const char *kCommand = "whistler-opt";

constexpr tools::Option kOptions[] = {
    {"passes", 0, "PIPELINE", "passes to run, in LLVM's pipeline syntax"},
    {"output", 'o', "OUT", "write OUT; default standard output"},
    {"emit", 0, "ll|bc|obj|asm", "default by OUT's extension, else ll"},
    {"text", 'S', "", "the same as --emit=ll"},
    {"print-passes", 0, "", "names of all passes and pipelines"},
    {"verify-each", 0, "", "check the IR and its operations after every pass"},
    {"remarks", 0, "whistler|all", "print optimization remarks", "whistler"},
    {"stats", 0, "", "instructions and operations before and after"},
    {"mcpu", 0, "v1|v2|v3|v4", "instruction set; default v3"},
    {"btf", 0, "FILE", "kernel types for a probe"},
};

constexpr Grammar kGrammar = {
    kCommand,
    "IN",
    "Runs passes over IN: LLVM IR, bitcode, or a probe (.lisp), which is\n"
    "lowered first. `-` reads IR from standard input.",
    kOptions,
    0,
    1};

/// Our own names; LLVM's come from LLVM.
constexpr const char *kOurPasses[] = {
#define MODULE_PASS(NAME, CREATE) NAME,
#define FUNCTION_PASS(NAME, CREATE) NAME,
#include "PassRegistry.def"
};
constexpr const char *kOurPipelines[] = {"whistler-o0", "whistler-o2"};

int printPasses() {
  outs() << "Whistler's passes:\n";
  for (const char *name : kOurPasses)
    outs() << "  " << name << '\n';
  outs() << "\nWhistler's pipelines:\n";
  for (const char *name : kOurPipelines)
    outs() << "  " << name << '\n';
  outs() << "\nLLVM's, of every kind:\n";
  PassBuilder().printPassNames(outs());
  return kDone;
}

std::string chooseEmit(const Arguments &arguments) {
  if (arguments.has("text"))
    return "ll";
  std::string byName = StringSwitch<std::string>(arguments.get("output", "-"))
                           .EndsWith(".bc", "bc")
                           .EndsWith(".o", "obj")
                           .EndsWith(".s", "asm")
                           .Default("ll");
  return arguments.get("emit", byName);
}

backend::Cpu chooseCpu(const Arguments &arguments) {
  return StringSwitch<backend::Cpu>(arguments.get("mcpu"))
      .Case("v1", backend::Cpu::V1)
      .Case("v2", backend::Cpu::V2)
      .Case("v4", backend::Cpu::V4)
      .Default(backend::Cpu::V3);
}

/// A probe's module before any pass; its mistakes are printed.
std::unique_ptr<Module> lowerProbe(const Arguments &arguments,
                                   const MemoryBuffer &source,
                                   LLVMContext &context, int &status) {
  compiler::Options options;
  options.btfPath = arguments.get("btf", options.btfPath);
  compiler::Compiler compiler;
  compiler::Compilation result;
  auto module = compiler.lower(source.getBuffer(), arguments.operands.front(),
                               options, context, result);
  if (!module) {
    status = fail(kCommand, toString(module.takeError()), kMachineLacks);
    return nullptr;
  }
  for (const compiler::Diagnostic &diagnostic : result.diagnostics)
    compiler::print(diagnostic, *result.sources, errs(), errs().has_colors());
  if (!*module)
    status = kBadInput;
  return std::move(*module);
}

std::unique_ptr<Module> readIr(const MemoryBuffer &buffer,
                               const TargetMachine &machine,
                               LLVMContext &context, int &status) {
  SMDiagnostic problem;
  std::string layout = machine.createDataLayout().getStringRepresentation();
  auto module = parseIR(buffer, problem, context,
                        ParserCallbacks([&](StringRef, StringRef) {
                          return std::optional<std::string>(layout);
                        }));
  if (!module) {
    problem.print(kCommand, errs());
    status = kBadInput;
  }
  return module;
}

std::unique_ptr<Module> readModule(const Arguments &arguments,
                                   const TargetMachine &machine,
                                   LLVMContext &context, int &status) {
  const std::string &input = arguments.operands.front();
  auto buffer = readInput(input);
  if (!buffer) {
    status = fail(kCommand, toString(buffer.takeError()), kBadInput);
    return nullptr;
  }
  auto module = StringRef(input).ends_with(".lisp")
                    ? lowerProbe(arguments, **buffer, context, status)
                    : readIr(**buffer, machine, context, status);
  if (module)
    backend::prepareModule(*module, machine);
  return module;
}

Expected<SmallVector<char, 0>> render(Module &module, TargetMachine &machine,
                                      StringRef emit) {
  if (emit == "obj" || emit == "asm")
    return backend::emit(module, machine,
                         emit == "obj" ? backend::Output::Object
                                       : backend::Output::Assembly);
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  if (emit == "bc")
    WriteBitcodeToFile(module, os);
  else
    module.print(os, nullptr);
  return bytes;
}

void printStats(const std::map<std::string, unsigned> &before,
                const std::map<std::string, unsigned> &after) {
  std::map<std::string, std::pair<unsigned, unsigned>> rows;
  for (auto &[name, count] : before)
    rows[name].first = count;
  for (auto &[name, count] : after)
    rows[name].second = count;
  errs() << "  before   after\n";
  for (auto &[name, counts] : rows)
    errs() << format("%8u%8u  ", counts.first, counts.second) << name << '\n';
}

int transform(const Arguments &arguments, Module &module,
              TargetMachine &machine) {
  auto before = countOperations(module);
  if (Error error = runPasses(module, machine, arguments.get("passes"),
                              arguments.has("verify-each")))
    return fail(kCommand, toString(std::move(error)), kBadInput);
  std::string problem;
  raw_string_ostream reason(problem);
  if (verifyModule(module, &reason))
    return fail(kCommand, "broken IR: " + problem, kBadInput);
  if (arguments.has("stats"))
    printStats(before, countOperations(module));
  return kDone;
}

/// From reading to writing, with what is reported going to `printer`.
int run(const Arguments &arguments, LLVMContext &context,
        const tools::DiagnosticPrinter &printer) {
  backend::TargetOptions target;
  target.cpu = chooseCpu(arguments);
  auto machine = backend::createTargetMachine(target);
  if (!machine)
    return fail(kCommand, toString(machine.takeError()), kMachineLacks);
  int status = kDone;
  auto module = readModule(arguments, **machine, context, status);
  if (!module)
    return status;
  if ((status = transform(arguments, *module, **machine)) != kDone)
    return status;
  if (printer.sawErrors())
    return kBadInput;
  auto bytes = render(*module, **machine, chooseEmit(arguments));
  if (!bytes)
    return fail(kCommand, toString(bytes.takeError()), kBadInput);
  if (Error error = writeOutput(arguments.get("output", "-"), *bytes))
    return fail(kCommand, toString(std::move(error)), kBadInput);
  return kDone;
}

int run(const Arguments &arguments) {
  Remarks remarks = StringSwitch<Remarks>(arguments.get("remarks"))
                        .Case("whistler", Remarks::Ours)
                        .Case("all", Remarks::All)
                        .Default(Remarks::None);
  LLVMContext context;
  auto owned = std::make_unique<tools::DiagnosticPrinter>(remarks);
  const tools::DiagnosticPrinter &printer = *owned;
  context.setDiagnosticHandler(std::move(owned));
  int status = run(arguments, context, printer);
  printer.printRemarks(errs());
  return status;
}

} // namespace

int main(int argc, char **argv) {
  int status = kDone;
  std::vector<std::string> given(argv + 1, argv + argc);
  auto arguments = tools::parse(kGrammar, given, status);
  if (!arguments)
    return status;
  if (arguments->has("print-passes"))
    return printPasses();
  if (arguments->operands.empty())
    return usageError(kCommand, "needs IN");
  return run(*arguments);
}
