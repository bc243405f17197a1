// Objects taken apart again.

#include "Support.h"

#include "whistler/backend/Inspect.h"

using namespace llvm;

namespace whistler::backend::test {

namespace {

ObjectInfo inspected(const std::string &text) {
  auto object = compile(text);
  EXPECT_TRUE(bool(object)) << toString(object.takeError());
  auto info = inspect(*object);
  EXPECT_TRUE(bool(info)) << toString(info.takeError());
  return *info;
}

const Instruction *withText(const ProgramInfo &program, StringRef text) {
  for (const Instruction &instruction : program.listing)
    if (StringRef(instruction.text).contains(text))
      return &instruction;
  return nullptr;
}

TEST(Inspect, DescribesAProgram) {
  ObjectInfo info = inspected(kSumProgram);
  ASSERT_EQ(info.programs.size(), 1u);
  const ProgramInfo &program = info.programs[0];
  EXPECT_EQ(program.name, "sum");
  EXPECT_EQ(program.section, "tc");
  EXPECT_FALSE(program.subprogram);
  EXPECT_EQ(program.instructions, 18u);
  EXPECT_EQ(program.helperCalls,
            (std::map<uint32_t, unsigned>{{35, 1}, {113, 2}}));
  EXPECT_EQ(program.coreRelocations, 2u);
  EXPECT_EQ(program.stackBytes, 16u);
  EXPECT_EQ(info.license, "GPL");
}

TEST(Inspect, NamesRelocationsByField) {
  ObjectInfo info = inspected(kSumProgram);
  std::vector<std::string> relocations;
  for (const Instruction &instruction : info.programs.at(0).listing)
    if (!instruction.relocation.empty())
      relocations.push_back(instruction.relocation);
  EXPECT_EQ(relocations,
            (std::vector<std::string>{"byte_off task_struct.pid",
                                      "byte_off task_struct.tgid"}));
}

TEST(Inspect, PutsInstructionsBesideSourceLines) {
  ObjectInfo info = inspected(kSumProgram);
  const ProgramInfo &program = info.programs.at(0);
  const Instruction *call = withText(program, "call 35");
  ASSERT_TRUE(call);
  ASSERT_GE(call->line, 0);
  const SourceLine &line = program.lines.at(call->line);
  EXPECT_EQ(line.file, "/src/sum.lisp");
  EXPECT_EQ(line.line, 2u);
  EXPECT_EQ(line.column, 16u);
  EXPECT_EQ(line.text, "  (let ((task (get-current-task)))");
}

TEST(Inspect, SeparatesProgramsOfOneSectionAndSubprograms) {
  ObjectInfo info = inspected(R"(
define i32 @one(ptr %ctx) section "xdp" {
  %a = call i32 @shared(ptr %ctx)
  ret i32 %a
}
define i32 @two(ptr %ctx) section "xdp" {
  %a = call i32 @shared(ptr %ctx)
  %b = add i32 %a, 1
  ret i32 %b
}
define internal i32 @shared(ptr %ctx) noinline {
  %a = call i64 inttoptr (i64 5 to ptr)()
  %b = trunc i64 %a to i32
  ret i32 %b
}
)");
  ASSERT_EQ(info.programs.size(), 3u);
  EXPECT_EQ(info.programs[0].name, "one");
  EXPECT_EQ(info.programs[1].name, "two");
  EXPECT_EQ(info.programs[1].section, "xdp");
  EXPECT_EQ(info.programs[2].name, "shared");
  EXPECT_TRUE(info.programs[2].subprogram);
  EXPECT_EQ(info.programs[2].helperCalls.at(5), 1u);
  EXPECT_EQ(info.programs[0].instructions, 2u);
  EXPECT_EQ(info.programs[0].listing[0].relocation, "shared");
}

TEST(Inspect, ListsMapsAndTheirUses) {
  ObjectInfo info = inspected(R"(
@first = global { ptr, ptr } zeroinitializer, section ".maps", align 8
@second = global { ptr, ptr } zeroinitializer, section ".maps", align 8
define i32 @probe(ptr %ctx) section "tc" {
  %key = alloca i32, align 8
  store i32 1, ptr %key
  %value = call ptr inttoptr (i64 1 to ptr)(ptr @second, ptr %key)
  %found = icmp ne ptr %value, null
  %result = zext i1 %found to i32
  ret i32 %result
}
)");
  EXPECT_EQ(info.maps, (std::vector<std::string>{"first", "second"}));
  const Instruction *load = withText(info.programs.at(0), " ll");
  ASSERT_TRUE(load);
  EXPECT_EQ(load->relocation, "second");
}

TEST(Inspect, RefusesWhatIsNoObject) {
  StringRef text = "not an object at all, but long enough to look at";
  auto info = inspect(ArrayRef<char>(text.data(), text.size()));
  ASSERT_FALSE(bool(info));
  Error error = info.takeError();
  EXPECT_TRUE(error.isA<BackendError>());
  consumeError(std::move(error));
}

TEST(Inspect, SurvivesEveryTruncationAndFlippedBytes) {
  auto object = compile(kSumProgram);
  ASSERT_TRUE(bool(object));
  for (size_t size = 0; size < object->size(); size += 7)
    if (auto info = inspect(ArrayRef<char>(*object).take_front(size)); !info)
      consumeError(info.takeError());
  for (size_t at = 0; at < object->size(); at += 5) {
    SmallVector<char, 0> damaged = *object;
    damaged[at] = char(~damaged[at]);
    if (auto info = inspect(damaged); !info)
      consumeError(info.takeError());
  }
}

} // namespace

} // namespace whistler::backend::test
