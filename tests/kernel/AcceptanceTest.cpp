// Every probe loads, k1 to k8 and the words of a typed context in every mode,
// the rest read by read (the examples load in tests/scenarios); and
// the figures that the fused strategy promises for k1, k3, k5 and k8:
// instructions and helper reads in the object with the build host's layout,
// and after the verifier with relocations.

#include "KernelTest.h"

#include <filesystem>

using namespace whistler;
using namespace whistler::test;

namespace {

constexpr uint32_t kProbeReadKernel = 113;

const char *const kPrograms[] = {
    "bench/probes/k1.lisp",
    "bench/probes/k2.lisp",
    "bench/probes/k3.lisp",
    "bench/probes/k4.lisp",
    "bench/probes/k5.lisp",
    "bench/probes/k6.lisp",
    "bench/probes/k7.lisp",
    "bench/probes/k8.lisp",
    "tests/kernel/programs/context-words.lisp",
    "tests/kernel/programs/arms-that-end-alike.lisp",
};

/// Where a probe is, so that it finds what it includes.
std::string whole(const std::string &path) {
  return std::string(WHISTLER_SOURCE_DIR) + "/" + path;
}

using EveryMode = KernelTestOf<const char *>;

void expectAccepted(const std::string &path, const Mode &mode) {
  SCOPED_TRACE(path + " " + mode.name());
  auto object = compileObject(readSource(path), whole(path), mode);
  if (object.empty())
    return;
  auto verdicts = backend::loadPrograms(object);
  if (!verdicts) {
    ADD_FAILURE() << take(verdicts.takeError());
    return;
  }
  EXPECT_FALSE(verdicts->empty());
  for (const backend::ProgramVerdict &verdict : *verdicts)
    EXPECT_TRUE(verdict.accepted)
        << verdict.name << ": " << verdict.reason << "\n"
        << verdict.log.substr(
               verdict.log.size() > 3000 ? verdict.log.size() - 3000 : 0);
}

TEST_P(EveryMode, LoadsInEveryMode) {
  for (const Mode &mode : allModes())
    expectAccepted(GetParam(), mode);
}

TEST(Acceptance, EveryProbeLoadsReadByRead) {
  if (!loadingRefused().empty())
    GTEST_SKIP() << "this user may not load programs: " << loadingRefused();
  for (const auto &file :
       std::filesystem::directory_iterator(whole("bench/probes")))
    if (file.path().extension() == ".lisp")
      for (const Mode &mode : allModes())
        if (mode.reads == passes::ReadStrategy::Naive)
          expectAccepted("bench/probes/" + file.path().filename().string(),
                         mode);
}

INSTANTIATE_TEST_SUITE_P(Programs, EveryMode, ::testing::ValuesIn(kPrograms),
                         [](const auto &info) { return testName(info.param); });

struct Figure {
  const char *path;
  unsigned objectInstructions, objectReads; ///< --no-core, in the object
  unsigned loadedInstructions, loadedReads; ///< CO-RE, after the verifier
};

void PrintTo(const Figure &figure, std::ostream *os) { *os << figure.path; }

const Figure kFigures[] = {
    {"bench/probes/k1.lisp", 47, 3, 60, 3},
    {"bench/probes/k3.lisp", 34, 4, 38, 4},
    {"bench/probes/k5.lisp", 32, 1, 46, 1},
    {"bench/probes/k7.lisp", 46, 4, 50, 4},
    {"bench/probes/k8.lisp", 24, 2, 32, 2},
};

unsigned reads(const std::map<uint32_t, unsigned> &calls) {
  auto found = calls.find(kProbeReadKernel);
  return found == calls.end() ? 0 : found->second;
}

class Figures : public ::testing::TestWithParam<Figure> {};

TEST_P(Figures, WithTheBuildHostsLayout) {
  const Figure &figure = GetParam();
  Mode mode{passes::ReadStrategy::Fused, true, /*relocatable=*/false};
  auto object =
      compileObject(readSource(figure.path), whole(figure.path), mode);
  auto info = backend::inspect(object);
  ASSERT_TRUE(bool(info)) << take(info.takeError());
  ASSERT_FALSE(info->programs.empty());
  EXPECT_LE(info->programs[0].instructions, figure.objectInstructions);
  EXPECT_LE(reads(info->programs[0].helperCalls), figure.objectReads);
}

TEST_P(Figures, AfterLoadWithRelocations) {
  if (!loadingRefused().empty())
    GTEST_SKIP() << "this user may not load programs: " << loadingRefused();
  const Figure &figure = GetParam();
  auto object = compileObject(readSource(figure.path), whole(figure.path),
                              Mode{passes::ReadStrategy::Fused});
  auto verdicts = backend::loadPrograms(object);
  ASSERT_TRUE(bool(verdicts)) << take(verdicts.takeError());
  ASSERT_FALSE(verdicts->empty());
  const backend::ProgramVerdict &verdict = verdicts->front();
  ASSERT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_LE(verdict.loadedInstructions, figure.loadedInstructions);
  EXPECT_LE(reads(verdict.helperCalls), figure.loadedReads);
}

/// Of the default object on a kernel with bpf_rdonly_cast: no helper read.
struct PortableFigure {
  const char *path;
  unsigned loadedInstructions;
};

void PrintTo(const PortableFigure &figure, std::ostream *os) {
  *os << figure.path;
}

const PortableFigure kPortableFigures[] = {
    {"bench/probes/k1.lisp", 32}, {"bench/probes/k2.lisp", 21},
    {"bench/probes/k3.lisp", 21}, {"bench/probes/k4.lisp", 44},
    {"bench/probes/k5.lisp", 33}, {"bench/probes/k6.lisp", 13},
    {"bench/probes/k7.lisp", 34}, {"bench/probes/k8.lisp", 24},
};

/// From 7.2 on the helper of the current task is three instructions.
constexpr unsigned kInlinedHelper = 2;

class PortableFigures : public ::testing::TestWithParam<PortableFigure> {};

TEST_P(PortableFigures, AfterLoad) {
  if (!loadingRefused().empty())
    GTEST_SKIP() << "this user may not load programs: " << loadingRefused();
  const PortableFigure &figure = GetParam();
  std::string source = readSource(figure.path);
  auto direct = backend::loadPrograms(compileObject(
      source, whole(figure.path), Mode{passes::ReadStrategy::Direct}));
  if (!direct || !direct->front().accepted)
    GTEST_SKIP() << "this kernel has no bpf_rdonly_cast";
  auto verdicts =
      backend::loadPrograms(compileObject(source, whole(figure.path), Mode{}));
  ASSERT_TRUE(bool(verdicts)) << take(verdicts.takeError());
  const backend::ProgramVerdict &verdict = verdicts->front();
  ASSERT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_LE(verdict.loadedInstructions,
            figure.loadedInstructions + kInlinedHelper);
  EXPECT_LE(verdict.loadedInstructions, direct->front().loadedInstructions + 2)
      << "more than the choice";
  EXPECT_EQ(reads(verdict.helperCalls), 0u);
}

INSTANTIATE_TEST_SUITE_P(Probes, PortableFigures,
                         ::testing::ValuesIn(kPortableFigures),
                         [](const auto &info) {
                           return testName(info.param.path);
                         });

INSTANTIATE_TEST_SUITE_P(Probes, Figures, ::testing::ValuesIn(kFigures),
                         [](const auto &info) {
                           return testName(info.param.path);
                         });

} // namespace
