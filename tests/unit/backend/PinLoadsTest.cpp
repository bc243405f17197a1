// Pinned loads stay apart, in LLVM's pipeline and in branch folding.

#include "Support.h"

using namespace llvm;

namespace whistler::backend::test {

namespace {

/// Two arms that end in a load through what a helper returned.
std::string twoArms(StringRef mark) {
  std::string text = R"(
define i32 @probe(ptr %ctx) section "tc" {
  %length = load i32, ptr %ctx, align 4
  %isLong = icmp ugt i32 %length, 9
  br i1 %isLong, label %long, label %short
long:
  %task = call ptr inttoptr (i64 158 to ptr)()
  %x = load i64, ptr %task, align 8MARK
  br label %both
short:
  %socket = call ptr inttoptr (i64 95 to ptr)(ptr %ctx)
  %y = load i64, ptr %socket, align 8MARK
  br label %both
both:
  %value = phi i64 [ %x, %long ], [ %y, %short ]
  %result = call i64 inttoptr (i64 7 to ptr)(i64 %value)
  %narrow = trunc i64 %result to i32
  ret i32 %narrow
}
!0 = !{}
)";
  for (size_t at; (at = text.find("MARK")) != std::string::npos;)
    text.replace(at, 4, mark);
  return text;
}

size_t loads(const std::string &source) {
  auto assembly = compile(source, {}, Output::Assembly);
  if (!assembly) {
    ADD_FAILURE() << toString(assembly.takeError());
    return 0;
  }
  return StringRef(assembly->data(), assembly->size()).count("= *(u64 *)(r0");
}

TEST(PinLoads, StayApart) {
  EXPECT_EQ(loads(twoArms(", !whistler.pinned !0")), 2u);
}

TEST(PinLoads, OfAFieldOfNothingAreZero) {
  auto assembly = compile(R"(
define i32 @probe(ptr %ctx) null_pointer_is_valid section "tc" {
  %place = getelementptr i8, ptr null, i64 12
  %x = load i32, ptr %place, align 4, !whistler.pinned !0
  ret i32 %x
}
!0 = !{}
)",
                          {}, Output::Assembly);
  ASSERT_TRUE(bool(assembly)) << toString(assembly.takeError());
  StringRef text(assembly->data(), assembly->size());
  EXPECT_TRUE(text.contains("w0 = 0")) << text.str();
  EXPECT_FALSE(text.contains("= *(u32 *)")) << text.str();
}

TEST(PinLoads, OthersAreMerged) { EXPECT_EQ(loads(twoArms("")), 1u); }

} // namespace

} // namespace whistler::backend::test
