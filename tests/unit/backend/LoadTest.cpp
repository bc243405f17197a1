// What the running kernel says of programs, and what they do.

#include "Support.h"

#include "whistler/backend/Load.h"

#include <thread>
#include <unistd.h>

using namespace llvm;

namespace whistler::backend::test {

namespace {

/// Reads a 4-byte scalar through a null pointer on line 3 of sum.lisp.
const std::string kRejected = R"(
define i32 @sum(ptr %ctx) section "tc" !dbg !10 {
  %pid = call i64 inttoptr (i64 14 to ptr)(), !dbg !20
  %bad = inttoptr i64 %pid to ptr, !dbg !20
  %value = load volatile i32, ptr %bad, align 4, !dbg !21
  ret i32 %value, !dbg !22
}
)" + kPreamble;

std::string replaced(std::string text, StringRef from, StringRef to) {
  size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to.str());
}

class Load : public testing::Test {
protected:
  void SetUp() override {
    auto verdicts = verify("define i32 @nothing(ptr %ctx) section \"tc\" {\n"
                           "  ret i32 0\n}\n");
    if (verdicts)
      return;
    Error error = verdicts.takeError();
    if (error.isA<PermissionError>())
      GTEST_SKIP() << toString(std::move(error));
    FAIL() << toString(std::move(error));
  }

  static Expected<std::vector<ProgramVerdict>>
  verify(const std::string &text, const LoadOptions &options = {}) {
    auto object = compile(text);
    if (!object)
      return object.takeError();
    return loadPrograms(*object, options);
  }

  static ProgramVerdict only(const std::string &text,
                             const LoadOptions &options = {}) {
    auto verdicts = verify(text, options);
    EXPECT_TRUE(bool(verdicts)) << toString(verdicts.takeError());
    EXPECT_EQ(verdicts->size(), 1u);
    return verdicts->at(0);
  }

  static std::unique_ptr<LoadedObject> loaded(const std::string &text) {
    auto object = compile(text);
    EXPECT_TRUE(bool(object)) << toString(object.takeError());
    auto result = LoadedObject::load(*object);
    EXPECT_TRUE(bool(result)) << toString(result.takeError());
    return result ? std::move(*result) : nullptr;
  }
};

TEST_F(Load, ReportsAnAcceptedProgram) {
  ProgramVerdict verdict = only(kSumProgram);
  EXPECT_TRUE(verdict.accepted) << verdict.reason << verdict.log;
  EXPECT_EQ(verdict.objectInstructions, 18u);
  EXPECT_GE(verdict.loadedInstructions, 18u);
  EXPECT_GE(verdict.verifiedInstructions, 18u);
  EXPECT_GT(verdict.totalStates, 0u);
  EXPECT_TRUE(verdict.log.empty());
  EXPECT_EQ(verdict.helperCalls[113], 2u);
}

TEST_F(Load, KeepsTheLogWhenAsked) {
  LoadOptions options;
  options.keepLog = true;
  ProgramVerdict verdict = only(kSumProgram, options);
  EXPECT_TRUE(verdict.accepted);
  EXPECT_NE(verdict.log.find("processed "), std::string::npos);
}

TEST_F(Load, MapsARejectionToTheSourceLine) {
  testing::internal::CaptureStderr();
  ProgramVerdict verdict = only(kRejected);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(verdict.errorNumber, EACCES);
  EXPECT_EQ(verdict.reason, "R0 invalid mem access 'scalar'");
  ASSERT_TRUE(verdict.at.has_value());
  EXPECT_EQ(verdict.at->file, "/src/sum.lisp");
  EXPECT_EQ(verdict.at->line, 3u);
  EXPECT_EQ(verdict.at->column, 8u);
  EXPECT_EQ(verdict.at->text, "    (+ (task-struct-pid task)");
}

TEST_F(Load, OneRejectionSaysNothingOfTheOthers) {
  auto verdicts = verify(R"(
define i32 @good(ptr %ctx) section "tc" {
  ret i32 7
}
define i32 @bad(ptr %ctx) section "tc" {
  %value = load volatile i32, ptr null
  ret i32 %value
}
define i32 @alsoGood(ptr %ctx) section "xdp" {
  ret i32 2
}
)");
  ASSERT_TRUE(bool(verdicts)) << toString(verdicts.takeError());
  ASSERT_EQ(verdicts->size(), 3u);
  for (const ProgramVerdict &verdict : *verdicts)
    EXPECT_EQ(verdict.accepted, verdict.name != "bad") << verdict.reason;
}

TEST_F(Load, LoadsOneProgramWhenAsked) {
  constexpr const char *kTwo = R"(
define i32 @first(ptr %ctx) section "tc" {
  ret i32 1
}
define i32 @second(ptr %ctx) section "xdp" {
  ret i32 2
}
)";
  LoadOptions options;
  options.program = "second";
  EXPECT_EQ(only(kTwo, options).name, "second");
  options.program = "third";
  auto verdicts = verify(kTwo, options);
  ASSERT_FALSE(bool(verdicts));
  EXPECT_EQ(toString(verdicts.takeError()),
            "the object has no program `third`");
}

TEST_F(Load, NamesAFieldThatTheKernelLacks) {
  ProgramVerdict verdict =
      only(replaced(kSumProgram, "name: \"pid\"", "name: \"nope\""));
  EXPECT_FALSE(verdict.accepted);
  EXPECT_EQ(verdict.reason,
            "the running kernel has no field `task_struct.nope`");
  ASSERT_TRUE(verdict.at.has_value());
  EXPECT_EQ(verdict.at->line, 3u);
}

TEST_F(Load, SaysThatASectionIsNoProgramType) {
  ProgramVerdict verdict = only("define i32 @f(ptr %ctx) section \"nonsense\" "
                                "{\n  ret i32 0\n}\n");
  EXPECT_FALSE(verdict.accepted);
  EXPECT_NE(verdict.reason.find("nonsense"), std::string::npos)
      << verdict.reason;
}

TEST_F(Load, TwoThreadsLoadAtOnce) {
  auto work = [](bool &good) {
    good = true;
    for (int round = 0; round < 5; ++round)
      good &= only(kSumProgram).accepted && !only(kRejected).accepted;
  };
  bool first = false, second = false;
  std::thread one(work, std::ref(first)), two(work, std::ref(second));
  one.join();
  two.join();
  EXPECT_TRUE(first && second);
}

TEST_F(Load, RefusesWhatIsNoObject) {
  StringRef text = "garbage";
  auto verdicts = loadPrograms(ArrayRef<char>(text.data(), text.size()));
  EXPECT_FALSE(bool(verdicts));
  Error error = verdicts.takeError();
  EXPECT_TRUE(error.isA<BackendError>());
  consumeError(std::move(error));
}

TEST_F(Load, RunsAProgramOnAPacket) {
  auto object = loaded(R"(
define i32 @length(ptr %ctx) section "tc" {
  %value = load i32, ptr %ctx
  ret i32 %value
}
)");
  ASSERT_TRUE(object);
  LoadedObject::RunOptions options;
  options.data.assign(77, 0);
  options.repeat = 10;
  auto result = object->run("length", options);
  ASSERT_TRUE(bool(result)) << toString(result.takeError());
  EXPECT_EQ(result->value, 77u);
  EXPECT_EQ(result->data.size(), 77u);
  EXPECT_EQ(message(object->run("missing", options)),
            "program `missing`: no such program");
}

TEST_F(Load, RunsASumOfTaskFields) {
  auto object = loaded(kSumProgram);
  ASSERT_TRUE(object);
  auto result = object->run("sum", {});
  ASSERT_TRUE(bool(result)) << toString(result.takeError());
  EXPECT_EQ(result->value, 2u * unsigned(getpid()));
}

/// An array map of two u64 and a ring buffer; the program doubles entry 1 and
/// submits it.
const std::string kMaps = R"(
%map = type { ptr, ptr, ptr, ptr }
%ring = type { ptr, ptr }
@values = global %map zeroinitializer, section ".maps", align 8, !dbg !50
@events = global %ring zeroinitializer, section ".maps", align 8, !dbg !60
define i32 @double(ptr %ctx) section "tc" !dbg !10 {
  %key = alloca i32, align 8
  store i32 1, ptr %key, align 4
  %value = call ptr inttoptr (i64 1 to ptr)(ptr @values, ptr %key), !dbg !20
  %found = icmp ne ptr %value, null
  br i1 %found, label %change, label %done
change:
  %old = load i64, ptr %value, align 8
  %new = shl i64 %old, 1
  store i64 %new, ptr %value, align 8
  %sent = call i64 inttoptr (i64 130 to ptr)(ptr @events, ptr %value, i64 8, i64 0), !dbg !21
  br label %done
done:
  ret i32 0, !dbg !22
}
)" +
                          replaced(kPreamble, "emissionKind: FullDebug",
                                   "emissionKind: FullDebug, globals: !40") +
                          R"(
!40 = !{!50, !60}
!41 = !DISubrange(count: 2)
!42 = !DICompositeType(tag: DW_TAG_array_type, baseType: !4, size: 64, elements: !43)
!43 = !{!41}
!44 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !42, size: 64)
!45 = !DIBasicType(name: "long", size: 64, encoding: DW_ATE_unsigned)
!46 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !45, size: 64)
!47 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !4, size: 64)
!50 = !DIGlobalVariableExpression(var: !51, expr: !DIExpression())
!51 = distinct !DIGlobalVariable(name: "values", scope: !2, file: !3, line: 1, type: !52, isDefinition: true)
!52 = !DICompositeType(tag: DW_TAG_structure_type, name: "values_map", file: !3, size: 256, elements: !53)
!53 = !{!54, !55, !56, !57}
!54 = !DIDerivedType(tag: DW_TAG_member, name: "type", scope: !52, file: !3, baseType: !44, size: 64)
!55 = !DIDerivedType(tag: DW_TAG_member, name: "max_entries", scope: !52, file: !3, baseType: !44, size: 64, offset: 64)
!56 = !DIDerivedType(tag: DW_TAG_member, name: "key", scope: !52, file: !3, baseType: !47, size: 64, offset: 128)
!57 = !DIDerivedType(tag: DW_TAG_member, name: "value", scope: !52, file: !3, baseType: !46, size: 64, offset: 192)
!60 = !DIGlobalVariableExpression(var: !61, expr: !DIExpression())
!61 = distinct !DIGlobalVariable(name: "events", scope: !2, file: !3, line: 1, type: !62, isDefinition: true)
!62 = !DICompositeType(tag: DW_TAG_structure_type, name: "events_map", file: !3, size: 128, elements: !63)
!63 = !{!64, !65}
!64 = !DIDerivedType(tag: DW_TAG_member, name: "type", scope: !62, file: !3, baseType: !66, size: 64)
!65 = !DIDerivedType(tag: DW_TAG_member, name: "max_entries", scope: !62, file: !3, baseType: !67, size: 64, offset: 64)
!66 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !68, size: 64)
!67 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !69, size: 64)
!68 = !DICompositeType(tag: DW_TAG_array_type, baseType: !4, size: 864, elements: !70)
!69 = !DICompositeType(tag: DW_TAG_array_type, baseType: !4, size: 131072, elements: !71)
!70 = !{!72}
!71 = !{!73}
!72 = !DISubrange(count: 27)
!73 = !DISubrange(count: 4096)
)";

TEST_F(Load, ReadsAndWritesMapsAndDrainsRingBuffers) {
  auto object = loaded(kMaps);
  ASSERT_TRUE(object);
  std::vector<uint8_t> key = {1, 0, 0, 0}, value = {21, 0, 0, 0, 0, 0, 0, 0};
  ASSERT_EQ(toString(object->update("values", key, value)), "");
  for (int round = 0; round < 2; ++round)
    ASSERT_EQ(message(object->run("double", {})), "");
  auto read = object->lookup("values", key);
  ASSERT_TRUE(bool(read)) << toString(read.takeError());
  ASSERT_TRUE(read->has_value());
  EXPECT_EQ((**read)[0], 84);
  auto records = object->drain("events");
  ASSERT_TRUE(bool(records)) << toString(records.takeError());
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0][0], 42);
  EXPECT_EQ((*records)[1][0], 84);
  auto absent = object->lookup("values", {9, 0, 0, 0});
  ASSERT_TRUE(bool(absent)) << toString(absent.takeError());
  EXPECT_FALSE(absent->has_value());
  EXPECT_EQ(message(object->lookup("values", {1})),
            "a key of map `values` has 4 bytes");
  EXPECT_EQ(message(object->drain("nope")), "no map `nope`");
}

} // namespace

} // namespace whistler::backend::test
