// Random programs whose values are known: what each leaves behind must be what
// the language says, at -O0, at -O2 and on other instruction sets. A failure is
// made small and saved beside the test's working directory.

#include "RandomMeaning.h"
#include "KernelTest.h"

#include <chrono>
#include <fstream>

using namespace whistler;
using namespace whistler::test;

namespace {

constexpr unsigned kBatch = 20, kShards = 4;

/// -O0, -O2, and by turns one of the other instruction sets.
std::vector<Mode> meaningModes(unsigned turn) {
  using backend::Cpu;
  std::vector<Mode> modes = optimizationModes();
  static const Cpu kOthers[] = {Cpu::V1, Cpu::V4, Cpu::V2};
  modes.push_back(modes.back());
  modes.back().cpu = kOthers[turn % std::size(kOthers)];
  return modes;
}

/// What a run left behind, as text: a difference can be read.
struct Outcome {
  std::string refusal, values;
};

template <typename T> std::vector<uint8_t> bytes(T value) {
  auto *begin = reinterpret_cast<const uint8_t *>(&value);
  return {begin, begin + sizeof value};
}

std::string hex(const std::vector<uint8_t> &data) {
  std::string text;
  for (uint8_t byte : data)
    for (unsigned digit : {byte >> 4, byte & 15})
      text += "0123456789abcdef"[digit];
  return text;
}

std::string describe(uint64_t value) { return std::to_string(int64_t(value)); }

std::string expected(const RandomMeaning &program, unsigned index) {
  Machine machine = program.run();
  std::string text = "result " + describe(uint32_t(machine.result));
  machine.results.resize(kInputs);
  for (uint64_t value : machine.results)
    text += "\nvariable " + describe(value);
  for (unsigned base : program.objects)
    text += "\nobject " + hex(program.layout.image(machine, base));
  for (uint64_t i = 0; i < kKeysPerProgram; ++i)
    if (auto found = machine.table.find(index * kKeysPerProgram + i);
        found != machine.table.end())
      text += "\ntable " + std::to_string(i) + " " + describe(found->second);
  for (const std::vector<uint8_t> &record : machine.records)
    if (!record.empty())
      text += "\nrecord " + hex(record);
  return text;
}

/// The value of a key; empty when absent.
std::vector<uint8_t> entry(backend::LoadedObject &object,
                           const std::string &map, std::vector<uint8_t> key) {
  auto value = object.lookup(map, key);
  if (!value) {
    ADD_FAILURE() << take(value.takeError());
    return {};
  }
  return *value ? **value : std::vector<uint8_t>{};
}

Outcome runOne(backend::LoadedObject &object, const RandomMeaning &program,
               unsigned index) {
  for (unsigned i = 0; i < kInputs; ++i)
    setArrayValue(object, "inputs", i, program.inputs[i]);
  for (unsigned i = 0; i < kInputs; ++i)
    setArrayValue(object, "results", i, 0);
  auto run = object.run(program.name, {});
  if (!run)
    return {take(run.takeError()), ""};
  std::string text = "result " + describe(run->value);
  for (unsigned i = 0; i < kInputs; ++i)
    text += "\nvariable " + describe(arrayValue(object, "results", i));
  for (uint32_t i = 0; i < kObjects; ++i)
    text += "\nobject " +
            hex(entry(object, "objects" + std::to_string(index), bytes(i)));
  for (uint64_t i = 0; i < kKeysPerProgram; ++i) {
    std::vector<uint8_t> value =
        entry(object, "table", bytes(index * kKeysPerProgram + i));
    if (!value.empty())
      text += "\ntable " + std::to_string(i) + " " +
              describe(field<uint64_t>(value, 0));
  }
  for (const std::vector<uint8_t> &record : drain(object, "events"))
    text += "\nrecord " + hex(record);
  return {"", text};
}

std::string sourceOf(const std::vector<RandomMeaning> &programs) {
  std::string text = meaningPreamble();
  for (const RandomMeaning &program : programs)
    text += program.source();
  return text;
}

/// The outcomes of programs `first`, `first` + 1, …; one object when the
/// kernel takes it, else one for each program.
std::vector<Outcome> outcomes(const std::vector<RandomMeaning> &programs,
                              unsigned first, const Mode &mode) {
  std::vector<Outcome> result;
  std::string refusal;
  compiler::Compiler compiler;
  auto compiled =
      compiler.compile(sourceOf(programs), "random.lisp", mode.options());
  if (!compiled)
    refusal = take(compiled.takeError());
  else if (!compiled->ok())
    refusal = messages(*compiled);
  else if (auto loaded = backend::LoadedObject::load(compiled->object)) {
    for (size_t i = 0; i < programs.size(); ++i)
      result.push_back(runOne(**loaded, programs[i], first + unsigned(i)));
    return result;
  } else
    refusal = take(loaded.takeError()) + "\n" + refusals(compiled->object);
  if (programs.size() == 1)
    return {Outcome{refusal, ""}};
  for (size_t i = 0; i < programs.size(); ++i)
    result.push_back(outcomes({programs[i]}, first + unsigned(i), mode)[0]);
  return result;
}

bool fails(const RandomMeaning &program, unsigned index, const Mode &mode,
           Refusal how) {
  Outcome outcome = outcomes({program}, index, mode)[0];
  if (how != Refusal::None)
    return classify(outcome.refusal) == how;
  return outcome.refusal.empty() && outcome.values != expected(program, index);
}

void reportFailure(RandomMeaning program, unsigned index, const Mode &mode,
                   const Outcome &outcome, uint64_t seed) {
  Refusal how = classify(outcome.refusal);
  // What is too large for the verifier takes it seconds each time.
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto stillFails = [&] {
    return std::chrono::steady_clock::now() < end &&
           fails(program, index, mode, how);
  };
  if (stillFails()) {
    shrink(program.body, stillFails);
    for (auto &function : program.functions)
      shrink(function->body, stillFails);
  }
  std::string path =
      "random-" + std::to_string(seed) + "-" + program.name + ".lisp";
  std::ofstream(path) << sourceOf({program});
  Outcome small = outcomes({program}, index, mode)[0];
  std::string inputs;
  for (uint64_t input : program.inputs)
    inputs += " " + describe(input);
  ADD_FAILURE() << "program " << index << " of seed " << seed << ", "
                << mode.name() << ": " << small.refusal << small.values
                << "\nexpected:\n"
                << expected(program, index) << "\ninputs:" << inputs
                << "\nsaved as " << path << ":\n"
                << program.source();
}

using RandomMeanings = KernelTestOf<unsigned>;

void checkBatch(unsigned first, unsigned count, uint64_t seed) {
  std::vector<RandomMeaning> programs;
  for (unsigned i = 0; i < count; ++i)
    programs.push_back(randomMeaning(seed, first + i));
  for (const Mode &mode : meaningModes(first / kBatch)) {
    std::vector<Outcome> actual = outcomes(programs, first, mode);
    for (unsigned i = 0; i < count; ++i)
      if (!actual[i].refusal.empty() ||
          actual[i].values != expected(programs[i], first + i))
        reportFailure(programs[i], first + i, mode, actual[i], seed);
    if (::testing::Test::HasFailure())
      return;
  }
}

TEST_P(RandomMeanings, GiveTheValuesThatTheLanguageSays) {
  auto [count, seed] = sequence();
  unsigned begin = count * GetParam() / kShards;
  unsigned end = count * (GetParam() + 1) / kShards;
  for (unsigned at = begin; at < end && !HasFailure(); at += kBatch)
    checkBatch(at, std::min(kBatch, end - at), seed);
}

INSTANTIATE_TEST_SUITE_P(Shards, RandomMeanings, ::testing::Range(0u, kShards));

} // namespace
