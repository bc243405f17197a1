// Code generation in memory, and every refusal of it as an error.

#include "Support.h"

#include <thread>

using namespace llvm;

namespace whistler::backend::test {

namespace {

std::string withBody(const std::string &body) {
  return "define i32 @probe(ptr %ctx) section \"tc\" {\n" + body + "}\n" +
         kPreamble;
}

TEST(Emit, WritesAnObjectAndAssembly) {
  auto object = compile(kSumProgram);
  ASSERT_TRUE(bool(object)) << toString(object.takeError());
  EXPECT_EQ(StringRef(object->data(), 4), "\x7f"
                                          "ELF");
  auto assembly = compile(kSumProgram, {}, Output::Assembly);
  ASSERT_TRUE(bool(assembly)) << toString(assembly.takeError());
  EXPECT_TRUE(
      StringRef(assembly->data(), assembly->size()).contains("call 113"));
}

TEST(Emit, NamesTheProgramAndItsLargestBuffersWhenTheStackIsTooLarge) {
  std::string text = message(compile(withBody(R"(
    %big = alloca [400 x i8], align 8
    %small = alloca [200 x i8], align 8
    %a = call i64 inttoptr (i64 113 to ptr)(ptr %big, i32 400, ptr %ctx)
    %b = call i64 inttoptr (i64 113 to ptr)(ptr %small, i32 200, ptr %ctx)
    ret i32 0
  )")));
  EXPECT_EQ(text, "program `probe`: stack of 600 bytes exceeds 512: `big` 400 "
                  "bytes, `small` 200 bytes");
}

TEST(Emit, RefusesAFrameThatOverflowsDuringCodeGeneration) {
  // Both live at once, so the markers don't let them share a slot; only code
  // generation knows.
  std::string text = message(compile(R"(
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.lifetime.end.p0(i64, ptr)
)" + withBody(R"(
    %one = alloca [320 x i8], align 8
    %two = alloca [320 x i8], align 8
    call void @llvm.lifetime.start.p0(i64 320, ptr %one)
    call void @llvm.lifetime.start.p0(i64 320, ptr %two)
    %a = call i64 inttoptr (i64 113 to ptr)(ptr %one, i32 320, ptr %ctx)
    %b = call i64 inttoptr (i64 113 to ptr)(ptr %two, i32 320, ptr %ctx)
    %c = call i64 inttoptr (i64 25 to ptr)(ptr %ctx, ptr %one, i64 0, ptr %two, i64 320)
    call void @llvm.lifetime.end.p0(i64 320, ptr %one)
    call void @llvm.lifetime.end.p0(i64 320, ptr %two)
    ret i32 0
  )")));
  EXPECT_EQ(text, "program `probe`: stack exceeds 512 bytes: `one` 320 bytes, "
                  "`two` 320 bytes, and spilled registers");
}

TEST(Emit, AcceptsExactly512BytesLessTheSpills) {
  auto object = compile(withBody(R"(
    %buffer = alloca [504 x i8], align 8
    %a = call i64 inttoptr (i64 113 to ptr)(ptr %buffer, i32 504, ptr null)
    ret i32 0
  )"));
  EXPECT_TRUE(bool(object)) << toString(object.takeError());
}

TEST(Emit, ReportsWhatTheTargetDoesNotSupport) {
  std::string text = message(compile(withBody(R"(
    %x = ptrtoint ptr %ctx to i64
    %y = sdiv i64 1000, %x
    %z = trunc i64 %y to i32
    ret i32 %z
  )")));
  EXPECT_NE(text.find("program `probe`"), std::string::npos) << text;
  EXPECT_NE(text.find("signed division"), std::string::npos) << text;
}

TEST(Emit, TwoThreadsCompileAtOnce) {
  auto work = [](bool &good) {
    good = true;
    for (int round = 0; round < 20; ++round) {
      auto object = compile(kSumProgram);
      good &= bool(object);
      if (!object)
        consumeError(object.takeError());
    }
  };
  bool first = false, second = false;
  std::thread one(work, std::ref(first)), two(work, std::ref(second));
  one.join();
  two.join();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
}

} // namespace

} // namespace whistler::backend::test
