// What `whistler run` prints: histograms, tables, untyped values.

#include "TextTable.h"
#include "run/Decode.h"
#include "run/Histogram.h"

#include <gtest/gtest.h>

using namespace whistler::tools;

namespace {

std::string histogram(const std::map<uint64_t, uint64_t> &counts,
                      unsigned width) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printLog2Histogram(counts, width, os);
  return text;
}

TEST(Histogram, ShowsGapsAndScales) {
  EXPECT_EQ(histogram({{9, 1}, {11, 4}}, 60), R"(  [512, 1K)  1  |@@@       |
  [1K, 2K)   0  |          |
  [2K, 4K)   4  |@@@@@@@@@@|
)");
}

TEST(Histogram, HasAnOpenEnd) {
  EXPECT_NE(histogram({{63, 2}}, 0).find("[8E, ...)"), std::string::npos);
  EXPECT_NE(histogram({{0, 2}}, 0).find("[0, 2)"), std::string::npos);
}

TEST(Histogram, DrawsNothingForNothing) {
  EXPECT_EQ(histogram({}, 0), "");
  EXPECT_EQ(histogram({{3, 0}, {64, 9}}, 0), "");
}

std::string table(const TextTable &table, unsigned width) {
  std::string text;
  llvm::raw_string_ostream os(text);
  table.print(os, width);
  return text;
}

TEST(TextTable, AlignsByCharacters) {
  TextTable one;
  one.columns = {Align::Left, Align::Right};
  one.rows = {{"ä", "1"}, {"bc", "22"}};
  EXPECT_EQ(table(one, 0), "ä    1\nbc  22\n");
}

TEST(TextTable, CutsBetweenCharacters) {
  TextTable one;
  one.columns = {Align::Left};
  one.rows = {{"aäb"}};
  EXPECT_EQ(table(one, 2), "aä\n");
  EXPECT_EQ(table(one, 1), "a\n");
}

TEST(Decode, TakesUntypedBytes) {
  EXPECT_EQ(toText(decodeUntyped({1, 0, 0, 0})), "1");
  EXPECT_EQ(toText(decodeUntyped({1, 2, 3})), "0x010203");
  EXPECT_TRUE(decodeUntyped({0, 0, 0}).isZero());
  EXPECT_FALSE(decodeUntyped({0, 1, 0}).isZero());
}

} // namespace
