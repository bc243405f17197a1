// Measures what the cost model's table says. Each figure is the difference
// between two programs that differ in how often they do one thing, so that
// what they have in common, the run itself too, is not in it.

#include "Calibration.h"

#include "whistler/backend/Inspect.h"
#include "whistler/backend/Load.h"
#include "whistler/compiler/Compiler.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/FormatVariadic.h>

#include <algorithm>
#include <limits>

using namespace llvm;

namespace whistler::tools {

namespace {

constexpr unsigned kSizes[] = {8, 16, 32, 64, 96, 128, 192, 256, 320, 384, 480};
/// How often the longer and the shorter program of a pair do their thing.
constexpr unsigned kOften = 8, kSeldom = 2;
constexpr const char *kPrelude =
    "(import-kernel-struct task-struct pid tgid flags exit-code utime stime "
    "nvcsw start-time)\n";

/// A program under measurement.
struct Probe {
  std::unique_ptr<backend::LoadedObject> object;
  unsigned instructions = 0, reads = 0;
  double best = std::numeric_limits<double>::infinity(); ///< ns for a run
};

std::string program(const std::string &body) {
  return kPrelude +
         ("(defprog probe (:type :tc :license \"GPL\") " + body + " 0)\n");
}

/// `times` reads of `bytes` by the plain helper, which nothing merges.
std::string readProgram(unsigned bytes, unsigned times) {
  std::string reads;
  for (unsigned i = 0; i != times; ++i)
    reads += formatv("(probe-read-kernel buffer {0} task)", bytes);
  return formatv("(defstruct buffer (bytes (array u8 {0})))\n", bytes).str() +
         program("(let ((task (get-current-task)) (buffer (make-buffer))) " +
                 reads + ")");
}

/// A chain of operations that nothing folds.
std::string instructionProgram(unsigned times) {
  std::string steps;
  for (unsigned i = 0; i != times * 16; ++i)
    steps += "(setf x (logxor (* x 5) (>> x 3)))";
  return "(defglobal sink u64)\n" +
         program("(let ((x (get-current-task))) (declare (type u64 x)) " +
                 steps + " (setf sink x))");
}

/// Loads through a trusted pointer, summed.
std::string loadProgram(unsigned times) {
  static constexpr const char *kFields[] = {"utime",      "stime",    "nvcsw",
                                            "start-time", "pid",      "tgid",
                                            "flags",      "exit-code"};
  std::string fields;
  for (unsigned i = 0; i != times; ++i)
    fields += formatv("(task-struct-{0} task)", kFields[i]);
  return "(defglobal sink u64)\n" +
         program("(let ((task (get-current-task-btf))) (setf sink (+ 0 " +
                 fields + ")))");
}

Expected<Probe> makeProbe(compiler::Compiler &compiler,
                          const std::string &source) {
  compiler::Options options;
  options.reads = passes::ReadStrategy::Single;
  auto compiled = compiler.compile(source, "<calibration>", options);
  if (!compiled)
    return compiled.takeError();
  if (!compiled->ok())
    return createStringError("a program of the calibration is refused: " +
                             compiled->diagnostics.front().message);
  Probe probe;
  auto info = backend::inspect(compiled->object);
  if (!info)
    return info.takeError();
  const backend::ProgramInfo &program = info->programs.front();
  probe.instructions = program.instructions;
  for (auto [helper, count] : program.helperCalls)
    if (helper == 113) // bpf_probe_read_kernel
      probe.reads += count;
  auto object = backend::LoadedObject::load(compiled->object);
  if (!object)
    return object.takeError();
  probe.object = std::move(*object);
  return probe;
}

/// Two programs and how they differ.
struct Pair {
  Probe seldom, often;
  double perTime(double times) const {
    return std::max(0.0, (often.best - seldom.best) / times);
  }
};

Expected<Pair> makePair(compiler::Compiler &compiler, const std::string &seldom,
                        const std::string &often) {
  auto first = makeProbe(compiler, seldom);
  if (!first)
    return first.takeError();
  auto second = makeProbe(compiler, often);
  if (!second)
    return second.takeError();
  return Pair{std::move(*first), std::move(*second)};
}

Error measure(MutableArrayRef<Pair> pairs, const CalibrationOptions &options) {
  backend::LoadedObject::RunOptions run;
  run.repeat = options.repeat;
  for (unsigned round = 0; round != options.rounds; ++round)
    for (Pair &pair : pairs)
      for (Probe *probe : {&pair.seldom, &pair.often}) {
        auto result = probe->object->run("probe", run);
        if (!result)
          return result.takeError();
        probe->best =
            std::min(probe->best, static_cast<double>(result->perRun.count()));
      }
  return Error::success();
}

uint32_t picoseconds(double nanoseconds) {
  return static_cast<uint32_t>(nanoseconds * 1000 + 0.5);
}

/// The line through what reads of more bytes than are free cost.
double slope(ArrayRef<ReadCost> reads, unsigned freeBytes, double call) {
  double products = 0, squares = 0;
  for (const ReadCost &read : reads) {
    double beyond = read.bytes > freeBytes ? read.bytes - freeBytes : 0;
    products += beyond * (read.nanoseconds - call);
    squares += beyond * beyond;
  }
  return squares == 0 ? 0 : std::max(0.0, products / squares);
}

void fitReads(Calibration &result) {
  std::vector<double> small;
  for (const ReadCost &read : result.reads)
    if (read.bytes <= result.model.freeBytes)
      small.push_back(read.nanoseconds);
  llvm::sort(small);
  double call = small[small.size() / 2];
  // The instructions around the call have a row of their own.
  double around = 5 * result.instruction;
  result.model.callPs = picoseconds(std::max(0.0, call - around));
  result.model.bytePs =
      picoseconds(slope(result.reads, result.model.freeBytes, call));
}

} // namespace

Expected<Calibration> calibrate(const CalibrationOptions &options) {
  compiler::Compiler compiler;
  std::vector<Pair> pairs;
  auto add = [&](const std::string &seldom, const std::string &often) -> Error {
    auto pair = makePair(compiler, seldom, often);
    if (!pair)
      return pair.takeError();
    pairs.push_back(std::move(*pair));
    return Error::success();
  };
  for (unsigned bytes : kSizes)
    if (Error error =
            add(readProgram(bytes, kSeldom), readProgram(bytes, kOften)))
      return error;
  if (Error error =
          add(instructionProgram(kSeldom), instructionProgram(kOften)))
    return error;
  if (Error error = add(loadProgram(kSeldom), loadProgram(kOften)))
    return error;
  if (Error error = measure(pairs, options))
    return error;
  Calibration result;
  const Pair &loads = pairs.back(), &chain = pairs[pairs.size() - 2];
  result.instruction =
      chain.perTime(chain.often.instructions - chain.seldom.instructions);
  result.model.instructionPs = picoseconds(result.instruction);
  for (auto [bytes, pair] : zip(kSizes, pairs))
    result.reads.push_back({bytes, pair.perTime(kOften - kSeldom)});
  fitReads(result);
  if (loads.often.reads == 0) {
    result.load = loads.perTime(kOften - kSeldom);
    result.model.loadPs = picoseconds(*result.load);
  }
  return result;
}

} // namespace whistler::tools
