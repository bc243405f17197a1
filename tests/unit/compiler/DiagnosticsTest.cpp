// Places, texts, carets, the cap, and near names.

#include "FrontFixture.h"

namespace whistler::compiler {
namespace {

using DiagnosticsTest = FrontTest;

TEST_F(DiagnosticsTest, PositionsCountFromOne) {
  FileId file = sources_.add("a", "ab\ncd\n");
  EXPECT_EQ(sources_.position({file, 0, 1}).line, 1u);
  EXPECT_EQ(sources_.position({file, 4, 5}).line, 2u);
  EXPECT_EQ(sources_.position({file, 4, 5}).column, 2u);
  EXPECT_EQ(sources_.position({file, 6, 6}).line, 3u);
  EXPECT_EQ(sources_.line(file, 2), "cd");
  EXPECT_EQ(sources_.line(file, 9), "");
}

TEST_F(DiagnosticsTest, CaretStandsUnderItsCharacterBehindTabsAndUtf8) {
  FileId file = sources_.add("p.lisp", "\tü (foo)\n");
  diagnostics_.report({file, 4, 9}, DiagnosticKind::UnclosedList);
  EXPECT_EQ(printed(), "p.lisp:1:5: error: this `(` is never closed\n"
                       "  \tü (foo)\n"
                       "  \t  ^~~~~\n");
}

TEST_F(DiagnosticsTest, MessageWithoutPlaceHasNoSource) {
  diagnostics_.report(DiagnosticKind::CannotReadFile, {"x", "no such file"});
  EXPECT_EQ(printed(), "error: cannot read `x`: no such file\n");
}

TEST_F(DiagnosticsTest, LongLinesAreCutAroundTheCaret) {
  FileId file = sources_.add("p", std::string(100000, '('));
  diagnostics_.report({file, 50000, 50001}, DiagnosticKind::UnclosedList);
  EXPECT_LT(printed().size(), 1000u);
}

TEST_F(DiagnosticsTest, ErrorsPastTheCapAreOnlyCounted) {
  FileId file = sources_.add("p", std::string(100, ')'));
  for (uint32_t i = 0; i != 100; ++i)
    diagnostics_.report({file, i, i + 1}, DiagnosticKind::UnmatchedClose);
  EXPECT_EQ(diagnostics_.errorCount(), 100u);
  std::vector<Diagnostic> taken = diagnostics_.take();
  ASSERT_EQ(taken.size(), 21u);
  EXPECT_EQ(taken.back().kind, DiagnosticKind::TooManyErrors);
  EXPECT_EQ(taken.back().message, "80 more errors not shown");
}

TEST_F(DiagnosticsTest, CountsAreSingularOrPlural) {
  auto said = [&](const char *count) {
    return diagnostics_
        .report(DiagnosticKind::WrongArgumentCount, {"f", count, "3"})
        .message;
  };
  EXPECT_EQ(said("0"), "`f` takes 0 arguments, not 3");
  EXPECT_EQ(said("1"), "`f` takes 1 argument, not 3");
  EXPECT_EQ(said("0 to 1"), "`f` takes 0 to 1 arguments, not 3");
  EXPECT_EQ(said("at least 1"), "`f` takes at least 1 argument, not 3");
}

TEST_F(DiagnosticsTest, TakenInSourceOrderWithoutRepetition) {
  FileId file = sources_.add("p", "((");
  diagnostics_.report({file, 1, 2}, DiagnosticKind::UnclosedList);
  diagnostics_.report({file, 0, 1}, DiagnosticKind::UnclosedList);
  diagnostics_.report({file, 1, 2}, DiagnosticKind::UnclosedList);
  EXPECT_EQ(messages(), "1:1 UnclosedList, 1:2 UnclosedList");
}

TEST(ClosestNames, NearestFirstAndSpellingOfHyphensIsNoMistake) {
  std::vector<std::string> names = {"pid", "uid", "ppid", "real-parent"};
  EXPECT_EQ(closestNames("real_parent", names),
            std::vector<std::string>{"real-parent"});
  EXPECT_EQ(didYouMean("tpid", names), "; did you mean `pid` or `ppid`?");
  EXPECT_EQ(didYouMean("zebra", names), "");
  EXPECT_EQ(didYouMean("cuont", {"count"}), "; did you mean `count`?");
  EXPECT_EQ(didYouMean(":xpd", {":xdp", ":tc"}), "; did you mean `:xdp`?");
  EXPECT_EQ(didYouMean(":key", {":key-size", ":key-type", ":max"}),
            "; did you mean `:key-size` or `:key-type`?");
}

} // namespace
} // namespace whistler::compiler
