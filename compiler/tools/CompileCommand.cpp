// `whistler compile`: reads each input, calls the Compiler, prints what it
// found and writes the result. Inputs are independent: a mistake in one does
// not keep the others from being written, and the exit status is the worst.
#include "CommandLine.h"
#include "Commands.h"
#include "Diagnose.h"
#include "Generate.h"
#include "InputOutput.h"
#include "Report.h"

#include "whistler/compiler/Compiler.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/Support/raw_ostream.h>

#include <chrono>

namespace whistler::tools {

namespace {

constexpr const char *kCommand = "whistler compile";

constexpr Option kOptions[] = {
    {"output", 'o', "OUT", "write OUT; default IN with .bpf.o, `-` for stdout"},
    {"btf", 0, "FILE", "kernel types from FILE: raw BTF, or ELF with .BTF"},
    {"tracefs", 0, "DIR", "format files of tracepoints from DIR/events"},
    {"kernel-reads", 0, "portable|direct|fused|single|naive",
     "how kernel memory is read; default portable"},
    {"target-kernel", 0, "X.Y",
     "the best that kernels from X.Y on have, without choices at load"},
    {"mcpu", 0, "v1|v2|v3|v4", "instruction set; default v3 (kernel 5.1 on)"},
    {"optimize", 'O', "0|2", "none, or all; default 2"},
    {"no-core", 0, "", "bake the struct layout of this BTF in"},
    {"emit", 0, "obj|ll|asm|lowered",
     "object, IR, assembly, or IR before any pass"},
    {"gen", 0, "LIST", "also write declarations: c,go,rust,python"},
    {"report", 0, "text|json", "what became of each kernel read", "text"},
    {"time", 0, "", "wall time of each stage, to stderr"},
    {"costs", 0, "FILE", "choose reads by the table in FILE, of `calibrate`"},
    {"verify-each", 0, "", "check the IR after every pass"},
};

} // namespace

const Grammar kCompileGrammar = {
    kCommand, "IN...",
    "Compiles probes to BPF objects. `-` reads standard input (and writes\n"
    "standard output unless -o names a file).",
    kOptions};

namespace {

struct Output {
  compiler::Emit emit;
  const char *extension;
};

Output chooseOutput(const std::string &emit) {
  using compiler::Emit;
  return llvm::StringSwitch<Output>(emit)
      .Case("ll", {Emit::LlvmIr, ".ll"})
      .Case("asm", {Emit::Assembly, ".s"})
      .Case("lowered", {Emit::LoweredIr, ".lowered.ll"})
      .Default({Emit::Object, ".bpf.o"});
}

compiler::Options chooseOptions(const Arguments &arguments) {
  compiler::Options options;
  options.btfPath = arguments.get("btf", options.btfPath);
  options.tracefsPath = arguments.get("tracefs");
  options.reads =
      passes::parseReadStrategy(arguments.get("kernel-reads", "portable"))
          .value_or(options.reads);
  options.targetKernel =
      passes::parseKernelVersion(arguments.get("target-kernel"));
  options.relocatable = !arguments.has("no-core");
  options.optimize = arguments.get("optimize", "2") == "2";
  options.cpu = llvm::StringSwitch<backend::Cpu>(arguments.get("mcpu", "v3"))
                    .Case("v1", backend::Cpu::V1)
                    .Case("v2", backend::Cpu::V2)
                    .Case("v4", backend::Cpu::V4)
                    .Default(backend::Cpu::V3);
  options.verifyEach = arguments.has("verify-each");
  options.explainReads = arguments.has("report");
  return options;
}

/// What is wrong with --target-kernel; "" when nothing is.
std::string targetProblem(const Arguments &arguments) {
  if (!arguments.has("target-kernel"))
    return "";
  std::string text = arguments.get("target-kernel");
  auto version = passes::parseKernelVersion(text);
  if (!version)
    return "--target-kernel takes a version such as 6.1, not `" + text + "`";
  compiler::Options options = chooseOptions(arguments);
  if (*version < passes::firstKernel(options.reads))
    return "kernel " + text +
           " has no --kernel-reads=" + passes::name(options.reads).str() +
           "; leave it out, or name a kernel from 6.2 on";
  return "";
}

std::string outputName(const Arguments &arguments, const std::string &input,
                       const Output &output) {
  std::string byDefault =
      input == "-" ? "-" : withExtension(input, output.extension);
  return arguments.get("output", byDefault);
}

/// How the programs read kernel memory that have no versions for kernels.
std::string modeName(const compiler::Options &options) {
  using passes::ReadStrategy;
  if (options.targetKernel)
    return std::to_string(options.targetKernel->major) + "." +
           std::to_string(options.targetKernel->minor) + "+";
  bool isNaive = !options.optimize && options.reads != ReadStrategy::Direct;
  return passes::name(isNaive ? ReadStrategy::Naive : options.reads).str();
}

void printExtras(const Arguments &arguments, const std::string &input,
                 const std::string &output, const compiler::Options &options,
                 const compiler::Compilation &result, double total) {
  if (arguments.has("report")) {
    llvm::raw_ostream &os = output == "-" ? llvm::errs() : llvm::outs();
    std::string mode = modeName(options);
    ReportInput report{input, output, options.costs, mode};
    if (arguments.get("report") == "json")
      printJsonReport(result, report, os);
    else
      printReport(result, report, os);
  }
  if (arguments.has("time"))
    printTimes(result, total, llvm::errs());
}

/// The declarations in the languages of --gen, beside the object.
int writeGenerated(const Arguments &arguments, const std::string &input,
                   const std::string &object,
                   const compiler::Compilation &result) {
  std::vector<const Language *> languages;
  if (arguments.has("gen"))
    parseLanguages(arguments.get("gen"), languages);
  for (const Language *language : languages) {
    std::string name = generatedName(*language, object);
    std::string text = generate(*language, result.declarations, input, name);
    if (llvm::Error error = writeOutput(name, {text.data(), text.size()}))
      return fail(kCommand, llvm::toString(std::move(error)), kBadInput);
  }
  return kDone;
}

/// The table of --costs, if there is one; else why not.
llvm::Error readCosts(const Arguments &arguments, passes::CostModel &costs) {
  if (!arguments.has("costs"))
    return llvm::Error::success();
  std::string name = arguments.get("costs");
  auto text = readInput(name);
  if (!text)
    return text.takeError();
  auto read = passes::parseCostModel((*text)->getBuffer());
  if (!read)
    return llvm::createStringError("`" + name +
                                   "`: " + llvm::toString(read.takeError()));
  costs = *read;
  return llvm::Error::success();
}

int compileOne(compiler::Compiler &compiler, const Arguments &arguments,
               const std::string &input) {
  Output output = chooseOutput(arguments.get("emit"));
  auto source = readInput(input);
  if (!source)
    return fail(kCommand, llvm::toString(source.takeError()), kBadInput);
  compiler::Options options = chooseOptions(arguments);
  if (llvm::Error error = readCosts(arguments, options.costs))
    return fail(kCommand, llvm::toString(std::move(error)), kBadInput);
  auto start = std::chrono::steady_clock::now();
  auto result = compiler.compile((*source)->getBuffer(), sourceName(input),
                                 options, output.emit);
  std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - start;
  if (!result)
    return fail(kCommand, llvm::toString(result.takeError()), kMachineLacks);
  printDiagnostics(*result);
  if (!result->ok())
    return kBadInput;
  std::string name = outputName(arguments, input, output);
  if (llvm::Error error = writeOutput(name, result->object))
    return fail(kCommand, llvm::toString(std::move(error)), kBadInput);
  printExtras(arguments, input, name, options, *result, took.count());
  return writeGenerated(arguments, input, name, *result);
}

/// What is wrong with --gen, or "".
std::string wrongGen(const Arguments &arguments) {
  if (!arguments.has("gen"))
    return "";
  bool isStream =
      arguments.get("output") == "-" ||
      (!arguments.has("output") && llvm::is_contained(arguments.operands, "-"));
  if (isStream)
    return "--gen writes files beside the object, so -o has to name one";
  std::vector<const Language *> languages;
  return parseLanguages(arguments.get("gen"), languages);
}

} // namespace

int runCompileCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kCompileGrammar, given, status);
  if (!arguments)
    return status;
  if (arguments->has("output") && arguments->operands.size() > 1)
    return usageError(kCommand, "-o names one file, but there are several "
                                "inputs");
  if (std::string wrong = wrongGen(*arguments); !wrong.empty())
    return usageError(kCommand, wrong);
  if (std::string problem = targetProblem(*arguments); !problem.empty())
    return usageError(kCommand, problem);
  compiler::Compiler compiler;
  for (const std::string &input : arguments->operands)
    status = worse(status, compileOne(compiler, *arguments, input));
  return status;
}

} // namespace whistler::tools
