// Programs without kernel reads, as people write them: how many instructions
// each has, at most. The bounds are those of clang or of an earlier compiler
// for this language, whichever was better; every program must load, too.

#include "KernelTest.h"

using namespace whistler;
using namespace whistler::test;

namespace {

struct Row {
  const char *name;
  unsigned most; ///< instructions of all programs of the file
};

void PrintTo(const Row &row, std::ostream *os) { *os << row.name; }

const Row kRows[] =
    {
        {"packet-counter", 12}, {"port-blocker", 27},
        {"syn-flood", 71},      {"rate-limiter", 59},
        {"tc-classifier", 73},  {"runqueue-latency", 66},
        {"ringbuf-events", 49}, {"tail-call", 29},
        {"sk-lookup", 17},      {"global-counter", 7},
        {"percpu-counter", 12}, // a call of map_lookup_elem alone takes 8
};

using PlainPrograms = KernelTestOf<Row>;

TEST_P(PlainPrograms, AreShort) {
  const Row &row = GetParam();
  std::string path = std::string("bench/plain/") + row.name + ".lisp";
  std::string source = readSource(path);
  for (const Mode &mode : optimizationModes()) {
    auto object = compileObject(source, path, mode);
    ASSERT_FALSE(object.empty());
    auto verdicts = backend::loadPrograms(object);
    ASSERT_TRUE(bool(verdicts)) << take(verdicts.takeError());
    unsigned instructions = 0;
    for (const backend::ProgramVerdict &verdict : *verdicts) {
      EXPECT_TRUE(verdict.accepted) << mode.name() << ": " << verdict.reason;
      instructions += verdict.objectInstructions;
    }
    if (mode.optimize) {
      EXPECT_LE(instructions, row.most);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, PlainPrograms, ::testing::ValuesIn(kRows),
                         [](const auto &info) {
                           return testName(info.param.name);
                         });

} // namespace
