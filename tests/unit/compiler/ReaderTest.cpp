// What the reader makes of text, right and wrong.

#include "FrontFixture.h"

#include <chrono>

namespace whistler::compiler {
namespace {

using ReaderTest = FrontTest;

TEST_F(ReaderTest, ListsStringsAndSymbols) {
  EXPECT_EQ(roundTrip("(a (B . c) () \"x\\\"\\n\" :Key)"),
            "(a (b . c) nil \"x\\\"\n\" :key)");
  EXPECT_EQ(roundTrip("1+ 1- - + |Foo| |foo bar| x|Y|"),
            "1+ 1- - + |Foo| |foo bar| xy");
  EXPECT_EQ(messages(), "");
}

TEST_F(ReaderTest, SymbolsCompareWithoutCaseUnlessBarred) {
  auto forms = readText("foo FOO |foo| p:foo p::foo #:foo :foo");
  ASSERT_EQ(forms.size(), 7u);
  for (int i : {1, 3, 4, 5})
    EXPECT_EQ(forms[0]->symbol, forms[i]->symbol) << i;
  EXPECT_NE(forms[0]->symbol, forms[2]->symbol);
  EXPECT_TRUE(forms[6]->isKeyword());
}

TEST_F(ReaderTest, Integers) {
  EXPECT_EQ(roundTrip("0 -1 +7 12. #x-fF 0xff -0x10 #b101 #o17"),
            "0 -1 7 12 -255 255 -16 5 15");
  EXPECT_EQ(roundTrip("18446744073709551615 -9223372036854775808"),
            "18446744073709551615 -9223372036854775808");
  EXPECT_EQ(messages(), "");
  roundTrip("18446744073709551616\n -9223372036854775809\n#x10000000000000000");
  EXPECT_EQ(messages(), "1:1 IntegerTooLarge, 2:2 IntegerTooLarge, "
                        "3:1 IntegerTooLarge");
  roundTrip("1.5 1/2 0xg #b2 1e9 #x");
  EXPECT_EQ(messages(), "1:1 FractionalNumber, 1:5 FractionalNumber, "
                        "1:9 MalformedNumber, 1:13 MalformedNumber, "
                        "1:17 FractionalNumber, 1:21 MalformedNumber");
}

TEST_F(ReaderTest, PrefixesNestAndFormLists) {
  EXPECT_EQ(roundTrip("'a `(b ,c ,@d) #'f ''x"), "'a `(b ,c ,@d) #'f ''x");
  EXPECT_EQ(readText("'a")[0]->cons.car->symbol->name, "QUOTE");
  roundTrip("(a ') `");
  EXPECT_EQ(messages(), "1:4 NothingAfterPrefix, 1:7 NothingAfterPrefix");
}

TEST_F(ReaderTest, Characters) {
  EXPECT_EQ(roundTrip("#\\a #\\Space #\\newline #\\Nul #\\( #\\;"),
            "#\\a #\\Space #\\Newline #\\Nul #\\( #\\;");
  EXPECT_EQ(readText("#\\ü")[0]->integer, 0xfcu);
  roundTrip("#\\Spade");
  EXPECT_EQ(printed(), "t.lisp:1:1: error: unknown character name `#\\Spade`; "
                       "did you mean `space`?\n  #\\Spade\n  ^~~~~~~\n");
}

TEST_F(ReaderTest, Comments) {
  EXPECT_EQ(roundTrip("a ; b (\n#| c #| d |# e |# f"), "a f");
  roundTrip("x\n #| y #| z |#");
  EXPECT_EQ(messages(), "2:2 UnclosedComment");
}

TEST_F(ReaderTest, SpansCoverTheText) {
  auto forms = readText("  (ab\n 'c)");
  EXPECT_EQ(sources_.text(forms[0]->span), "(ab\n 'c)");
  EXPECT_EQ(sources_.text(forms[0]->cons.cdr->cons.car->span), "'c");
}

TEST_F(ReaderTest, UnclosedListNamesTheOpenOne) {
  readText("(a)\n(b\n  (c d\n\n(e f)\n");
  EXPECT_EQ(messages(), "3:3 UnclosedList [5:1 UnclosedListNextForm]");
  readText("(a ");
  EXPECT_EQ(messages(), "1:1 UnclosedList");
}

TEST_F(ReaderTest, UnmatchedCloseIsSkipped) {
  EXPECT_EQ(roundTrip("(a)) b"), "(a) b");
  EXPECT_EQ(messages(), "1:4 UnmatchedClose");
}

TEST_F(ReaderTest, Dots) {
  roundTrip("(. a)");
  EXPECT_EQ(messages(), "1:2 MisplacedDot");
  roundTrip("(a .)");
  EXPECT_EQ(messages(), "1:5 MisplacedDot");
  roundTrip("(a . b c)");
  EXPECT_EQ(messages(), "1:8 MisplacedDot");
  roundTrip(".");
  EXPECT_EQ(messages(), "1:1 MisplacedDot");
}

TEST_F(ReaderTest, StringsAndBars) {
  roundTrip("(a \"b");
  EXPECT_EQ(messages(), "1:4 UnclosedString");
  roundTrip("\"a\\qb\"");
  EXPECT_EQ(messages(), "1:3 UnknownEscape");
  roundTrip("a |b");
  EXPECT_EQ(messages(), "1:3 UnclosedBar");
}

TEST_F(ReaderTest, UnknownDispatchAndEmptyNames) {
  roundTrip("#.(a) : a:");
  EXPECT_EQ(messages(), "1:1 UnknownDispatch, 1:7 EmptySymbol, "
                        "1:9 EmptySymbol");
}

TEST_F(ReaderTest, GarbageBytesAreRefusedAtTheFirst) {
  roundTrip(std::string("ab\n c\0d", 7));
  EXPECT_EQ(messages(), "2:3 ControlByte");
  roundTrip("ab \xff\xfe");
  EXPECT_EQ(messages(), "1:4 InvalidUtf8");
  roundTrip("\xc3");
  EXPECT_EQ(messages(), "1:1 InvalidUtf8");
}

TEST_F(ReaderTest, TenMegabytesOfOpenOrClosedParenthesesAreQuick) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(readText(std::string(10 << 20, '(')).empty());
  EXPECT_EQ(messages(), "1:2001 NestedTooDeeply");
  readText(std::string(10 << 20, '\''));
  EXPECT_EQ(messages(), "1:2001 NestedTooDeeply");
  readText(std::string(10 << 20, ')'));
  std::chrono::duration<double> taken =
      std::chrono::steady_clock::now() - start;
  EXPECT_LT(taken.count(), 5.0);
}

} // namespace
} // namespace whistler::compiler
