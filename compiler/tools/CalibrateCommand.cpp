// `whistler calibrate`: the cost model's table as this machine has it, beside
// the built-in one.
#include "Calibration.h"
#include "CommandLine.h"
#include "Commands.h"
#include "InputOutput.h"

#include "whistler/backend/Load.h"

#include <llvm/Support/Format.h>
#include <llvm/Support/raw_ostream.h>

namespace whistler::tools {

namespace {

constexpr const char *kCommand = "whistler calibrate";

constexpr Option kOptions[] = {
    {"output", 'o', "FILE",
     "write the table to FILE, for `whistler compile --costs=FILE`"},
    {"rounds", 0, "N", "rounds of measurement; default 9"},
};

void printReads(const Calibration &measured, llvm::raw_ostream &os) {
  os << "bytes of a read     measured     built-in\n";
  passes::CostModel builtIn;
  for (const ReadCost &read : measured.reads)
    os << llvm::format(
        "%15u %9.1f ns %9.1f ns\n", read.bytes, read.nanoseconds,
        double(builtIn.readPs(read.bytes) + builtIn.instructionsPs(5)) / 1000);
  os << '\n';
}

void printTable(const Calibration &measured, llvm::raw_ostream &os) {
  passes::CostModel builtIn;
  os << "cost                measured     built-in        change\n";
  for (const passes::CostRow &row : passes::costRows()) {
    uint32_t here = measured.model.*row.member, there = builtIn.*row.member;
    double change = there ? 100.0 * (double(here) - there) / there : 0;
    os << llvm::format("%-14s %10u %-5s %6u %-5s", row.key.str().c_str(), here,
                       row.unit.str().c_str(), there, row.unit.str().c_str());
    if (here == there)
      os << "        -  ";
    else
      os << llvm::format(" %+8.0f %%", change);
    os << "  " << row.summary << '\n';
  }
  if (!measured.load)
    os << "direct-load could not be measured: the reads of the program are "
          "helper calls\n";
}

} // namespace

const Grammar kCalibrateGrammar = {
    kCommand,
    "",
    "Measures what kernel reads cost on this machine, with small programs "
    "that\n"
    "the kernel runs in turn, and prints the table that the compiler chooses\n"
    "reads by, beside the built-in one. Takes some seconds.",
    kOptions,
    0,
    0};

int runCalibrateCommand(CommandArguments given) {
  int status = kDone;
  auto arguments = parse(kCalibrateGrammar, given, status);
  if (!arguments)
    return status;
  CalibrationOptions options;
  if (arguments->has("rounds") && (llvm::StringRef(arguments->get("rounds"))
                                       .getAsInteger(10, options.rounds) ||
                                   options.rounds == 0))
    return usageError(kCommand, "--rounds wants a number above 0");
  auto measured = calibrate(options);
  if (!measured)
    return fail(kCommand, llvm::toString(measured.takeError()), kMachineLacks);
  printReads(*measured, llvm::outs());
  printTable(*measured, llvm::outs());
  if (!arguments->has("output"))
    return kDone;
  std::string text = toText(measured->model);
  if (llvm::Error error =
          writeOutput(arguments->get("output"),
                      llvm::ArrayRef<char>(text.data(), text.size())))
    return fail(kCommand, llvm::toString(std::move(error)), kBadInput);
  return kDone;
}

} // namespace whistler::tools
