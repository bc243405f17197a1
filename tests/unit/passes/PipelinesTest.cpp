// Names of strategies and options in angle brackets.

#include "whistler/passes/Pipelines.h"

#include "PassOptions.h"

#include <gtest/gtest.h>

using namespace whistler::passes;

namespace {

TEST(ReadStrategy, RoundTripsItsName) {
  for (auto strategy :
       {ReadStrategy::Fused, ReadStrategy::Single, ReadStrategy::Naive})
    EXPECT_EQ(parseReadStrategy(name(strategy)), strategy);
  EXPECT_FALSE(parseReadStrategy("fusd"));
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
