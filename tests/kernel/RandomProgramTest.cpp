// Random programs in every mode: each must compile, be accepted, and leave the
// same result, map entries and ring-buffer records as under `naive` at -O0. A
// failure is made small and saved beside the test's working directory.
//
// WHISTLER_RANDOM_PROGRAMS="count seed" in the environment runs another count
// and seed: `./dev random 2000 7`.

#include "RandomProgram.h"
#include "KernelTest.h"

#include <fstream>
#include <map>

using namespace whistler;
using namespace whistler::test;

namespace {

constexpr unsigned kBatch = 20, kShards = 10;

/// Everything that a program leaves behind.
struct Outcome {
  std::string refusal; ///< it did not compile, load or run
  uint32_t result = 0;
  std::vector<std::vector<uint8_t>> memory; ///< map values, then records

  bool operator==(const Outcome &other) const {
    return refusal == other.refusal && result == other.result &&
           memory == other.memory;
  }
};

std::vector<uint8_t> bytes(const void *from, size_t size) {
  auto *begin = static_cast<const uint8_t *>(from);
  return {begin, begin + size};
}

/// The value of a key, nothing when absent, as one piece of memory.
std::vector<uint8_t> entry(backend::LoadedObject &object, const char *map,
                           std::vector<uint8_t> key) {
  auto value = object.lookup(map, key);
  if (!value) {
    ADD_FAILURE() << take(value.takeError());
    return {};
  }
  return *value ? **value : std::vector<uint8_t>{};
}

void clear(backend::LoadedObject &object, const char *map, uint32_t entries,
           size_t size) {
  for (uint32_t key = 0; key < entries; ++key)
    if (auto error = object.update(map, bytes(&key, sizeof key),
                                   std::vector<uint8_t>(size)))
      ADD_FAILURE() << take(std::move(error));
}

Outcome runOne(backend::LoadedObject &object, const RandomProgram &program,
               unsigned index) {
  Outcome outcome;
  clear(object, "results", kResults, 8);
  clear(object, "cells", kCells, 16);
  auto run = object.run(program.name, {});
  if (!run) {
    outcome.refusal = take(run.takeError());
    return outcome;
  }
  outcome.result = run->value;
  for (uint32_t key = 0; key < kResults; ++key)
    outcome.memory.push_back(entry(object, "results", bytes(&key, 4)));
  for (uint32_t key = 0; key < kCells; ++key)
    outcome.memory.push_back(entry(object, "cells", bytes(&key, 4)));
  for (uint64_t i = 0; i < kKeysPerProgram; ++i) {
    uint64_t key = index * kKeysPerProgram + i;
    outcome.memory.push_back(entry(object, "table", bytes(&key, 8)));
  }
  for (std::vector<uint8_t> &record : drain(object, "events"))
    outcome.memory.push_back(std::move(record));
  return outcome;
}

std::string sourceOf(const std::vector<RandomProgram> &programs) {
  std::string text = randomPreamble();
  for (const RandomProgram &program : programs)
    text += program.source();
  return text;
}

/// The object, or "" and why not.
std::string compile(const std::string &source, const Mode &mode,
                    std::string &refusal) {
  static btf::BtfCache cache;
  compiler::Compiler compiler(cache);
  auto compiled = compiler.compile(source, "random.lisp", mode.options());
  if (!compiled)
    refusal = take(compiled.takeError());
  else if (!compiled->ok())
    refusal = messages(*compiled);
  else
    return {compiled->object.begin(), compiled->object.end()};
  return "";
}

/// What became of objects, by their bytes: several modes make the same ones,
/// at -O0 above all.
using Known = std::map<std::string, std::vector<Outcome>>;

/// The outcomes of programs `first`, `first` + 1, …; one object when the
/// kernel takes it, else one for each program.
std::vector<Outcome> outcomes(const std::vector<RandomProgram> &programs,
                              unsigned first, const Mode &mode, Known &known) {
  std::string refusal;
  std::string object = compile(sourceOf(programs), mode, refusal);
  if (auto found = known.find(object); found != known.end())
    return found->second;
  std::vector<Outcome> result;
  if (!object.empty()) {
    llvm::ArrayRef<char> bytes(object.data(), object.size());
    auto loaded = backend::LoadedObject::load(bytes);
    if (loaded) {
      for (size_t i = 0; i < programs.size(); ++i)
        result.push_back(runOne(**loaded, programs[i], first + unsigned(i)));
      return known[object] = std::move(result);
    }
    refusal = take(loaded.takeError()) + "\n" + refusals(bytes);
  }
  if (programs.size() == 1)
    return {Outcome{refusal, 0, {}}};
  for (size_t i = 0; i < programs.size(); ++i)
    result.push_back(
        outcomes({programs[i]}, first + unsigned(i), mode, known)[0]);
  return result;
}

Outcome outcomeAlone(const RandomProgram &program, unsigned index,
                     const Mode &mode) {
  Known known;
  return outcomes({program}, index, mode, known)[0];
}

/// Whether `program` alone still fails in `mode`, in the same way.
bool fails(const RandomProgram &program, unsigned index, const Mode &mode,
           Refusal how) {
  Outcome outcome = outcomeAlone(program, index, mode);
  if (how != Refusal::None)
    return classify(outcome.refusal) == how;
  Outcome yardstick = outcomeAlone(program, index, allModes().front());
  return outcome.refusal.empty() && yardstick.refusal.empty() &&
         !(outcome == yardstick);
}

std::string save(const RandomProgram &program, uint64_t seed) {
  std::string path =
      "random-" + std::to_string(seed) + "-" + program.name + ".lisp";
  std::ofstream(path) << randomPreamble() << program.source();
  return path;
}

void reportFailure(RandomProgram program, unsigned index, const Mode &mode,
                   const Outcome &outcome, uint64_t seed) {
  Refusal how = classify(outcome.refusal);
  if (fails(program, index, mode, how))
    for (std::vector<Statement> *part : {&program.body, &program.functions})
      shrink(*part, [&] { return fails(program, index, mode, how); });
  ADD_FAILURE() << "program " << index << " of seed " << seed << ", "
                << mode.name() << ": "
                << (how == Refusal::None ? "not the values of naive -O0"
                                         : outcome.refusal)
                << "\nsaved as " << save(program, seed) << ":\n"
                << program.source();
}

using RandomPrograms = KernelTestOf<unsigned>;

/// Values differ: is it the kernel that has changed since the yardstick was
/// taken (an ancestor that was reniced, say)? Then both agree when they run
/// again, one after the other.
bool worldMoved(const RandomProgram &program, unsigned index,
                const Mode &mode) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    Outcome yardstick = outcomeAlone(program, index, allModes().front());
    if (yardstick == outcomeAlone(program, index, mode))
      return true;
  }
  return false;
}

void compareOne(const RandomProgram &program, unsigned index, const Mode &mode,
                const Outcome &actual, const Outcome &yardstick,
                uint64_t seed) {
  bool isGood = actual.refusal.empty() && actual == yardstick;
  if (!isGood && actual.refusal.empty() && worldMoved(program, index, mode))
    std::cout << "kernel: program " << index
              << " reads what changed meanwhile\n";
  else if (!isGood)
    reportFailure(program, index, mode, actual, seed);
}

void compareBatch(unsigned first, unsigned count, uint64_t seed) {
  std::vector<RandomProgram> programs;
  for (unsigned i = 0; i < count; ++i)
    programs.push_back(randomProgram(seed, first + i));
  Known known;
  std::vector<Outcome> yardstick;
  for (const Mode &mode : relocatableModes()) {
    std::vector<Outcome> actual = outcomes(programs, first, mode, known);
    if (yardstick.empty())
      yardstick = actual;
    for (unsigned i = 0; i < count; ++i)
      compareOne(programs[i], first + i, mode, actual[i], yardstick[i], seed);
    if (::testing::Test::HasFailure())
      return;
  }
}

TEST_P(RandomPrograms, GiveTheSameValuesInEveryMode) {
  auto [count, seed] = sequence();
  unsigned begin = count * GetParam() / kShards;
  unsigned end = count * (GetParam() + 1) / kShards;
  for (unsigned at = begin; at < end && !HasFailure(); at += kBatch)
    compareBatch(at, std::min(kBatch, end - at), seed);
  std::cout << "kernel: random programs " << begin << " to " << end
            << " of seed " << seed << " in " << relocatableModes().size()
            << " modes\n";
}

INSTANTIATE_TEST_SUITE_P(Shards, RandomPrograms, ::testing::Range(0u, kShards));

} // namespace
