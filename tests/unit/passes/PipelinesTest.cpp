// Names of strategies and options in angle brackets.

#include "whistler/passes/Pipelines.h"

#include "PassOptions.h"

#include <gtest/gtest.h>

using namespace whistler::passes;

namespace {

TEST(ReadStrategy, RoundTripsItsName) {
  for (auto strategy :
       {ReadStrategy::Portable, ReadStrategy::Direct, ReadStrategy::Fused,
        ReadStrategy::Single, ReadStrategy::Naive})
    EXPECT_EQ(parseReadStrategy(name(strategy)), strategy);
  EXPECT_FALSE(parseReadStrategy("fusd"));
}

TEST(KernelVersion, IsTwoNumbersAndAPatchLevel) {
  EXPECT_EQ(parseKernelVersion("6.1"), (KernelVersion{6, 1}));
  EXPECT_EQ(parseKernelVersion("6.12.5"), (KernelVersion{6, 12}));
  EXPECT_LT((KernelVersion{6, 2}), (KernelVersion{6, 12}));
  for (const char *text : {"", "6", "6.", ".1", "six.1", "6.1.x", "6.1.2.3",
                           "-6.1", "0.1", "3.18", "612", "6.1-rc1", "100.0"})
    EXPECT_FALSE(parseKernelVersion(text)) << text;
}

TEST(PassOptions, PermitWhatTheKernelHas) {
  auto rules = [](const char *text) {
    return llvm::cantFail(parsePassOptions(text)).rules();
  };
  EXPECT_EQ(rules("reads=portable"), (PointerRules{false, false}));
  EXPECT_EQ(rules("target=5.10"), (PointerRules{false, false}));
  EXPECT_EQ(rules("target=6.1"), (PointerRules{true, false}));
  EXPECT_EQ(rules("target=6.2"), (PointerRules{true, true}));
  EXPECT_EQ(rules("reads=direct"), (PointerRules{true, true}));
  EXPECT_EQ(rules("reads=fused;target=6.2"), (PointerRules{false, false}));
}

TEST(PassOptions, ReadsAllOfThem) {
  auto options = parsePassOptions("window=64;baked;reads=single");
  ASSERT_TRUE(static_cast<bool>(options));
  EXPECT_EQ(options->limits.bytes, 64u);
  EXPECT_TRUE(options->limits.baked);
  EXPECT_FALSE(options->module.relocatable);
  EXPECT_EQ(options->module.reads, ReadStrategy::Single);
}

TEST(PassOptions, RefusesWhatItDoesNotKnow) {
  for (const char *text : {"windows=1", "window=", "reads=", "bake"}) {
    auto options = parsePassOptions(text);
    EXPECT_FALSE(static_cast<bool>(options)) << text;
    llvm::consumeError(options.takeError());
  }
}

} // namespace
