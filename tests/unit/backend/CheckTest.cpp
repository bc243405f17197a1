// Everything here ends the process in LLVM 19 when it is not refused before.

#include "Support.h"

#include <llvm/ADT/Twine.h>
#include <llvm/IR/DebugInfo.h>

using namespace llvm;

namespace whistler::backend::test {

namespace {

std::string replaced(std::string text, const std::string &from,
                     const std::string &to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// What is wrong with the sum program after a replacement.
std::string fault(const std::string &from, const std::string &to) {
  return message(compile(replaced(kSumProgram, from, to)));
}

const char *const kPidAccess = "!dbg !21, !llvm.preserve.access.index !5";

TEST(Check, MissingMetadata) {
  EXPECT_EQ(fault(kPidAccess, "!dbg !21"),
            "program `sum`, line 3: CO-RE access: a call of "
            "`llvm.preserve.struct.access.index.p0.p0` has no "
            "!llvm.preserve.access.index metadata");
}

TEST(Check, MetadataThatIsNoType) {
  std::string text =
      fault(kPidAccess, "!dbg !21, !llvm.preserve.access.index !6");
  EXPECT_NE(text.find("is no type"), std::string::npos) << text;
}

TEST(Check, MetadataOfAnotherKindOfType) {
  for (const char *type : {"!4", "!12", "!7"}) {
    std::string text =
        fault(kPidAccess,
              std::string("!dbg !21, !llvm.preserve.access.index ") + type);
    EXPECT_NE(text.find("type is no struct"), std::string::npos) << text;
  }
}

TEST(Check, MemberThatIsNotThere) {
  std::string text = fault("%base, i32 0, i32 0)", "%base, i32 0, i32 7)");
  EXPECT_NE(text.find("`task_struct` has no member number 7"),
            std::string::npos)
      << text;
}

TEST(Check, FieldInfoOfNoField) {
  std::string text = fault(
      "  %sum = add", "  %info = call i32 @llvm.bpf.preserve.field.info.p0(ptr "
                      "%ctx, i64 0)\n  %sum = add");
  EXPECT_NE(text.find("something that is no field"), std::string::npos) << text;
}

TEST(Check, TypeIdWithoutMetadata) {
  std::string text = fault(
      "  %sum = add",
      "  %id = call i64 @llvm.bpf.btf.type.id(i32 0, i64 1)\n  %sum = add");
  EXPECT_NE(text.find("has no !llvm.preserve.access.index"), std::string::npos)
      << text;
}

TEST(Check, AccessInAModuleWithoutDebugInfo) {
  LLVMContext context;
  auto module = parse(context, kSumProgram);
  StripDebugInfo(*module);
  std::string text = toString(checkModule(*module));
  EXPECT_EQ(text, "program `sum`: CO-RE access: the module has no debug info");
}

TEST(Check, OffsetThatALoadCanNotHold) {
  std::string text = replaced(kSumProgram, "offset: 10112", "offset: 800000");
  EXPECT_EQ(message(compile(text)), ""); // the helper's argument takes it
  text =
      replaced(text, "%a = load i32, ptr %pid", "%a = load i32, ptr %pid.at");
  EXPECT_EQ(message(compile(text)),
            "program `sum`, line 3: CO-RE access: offset 100000 of "
            "`task_struct` does not fit into a load or store; add it to the "
            "address first");
}

TEST(Check, InstructionsThatTheTargetCanNotSelect) {
  const char *const kLines[] = {
      "fence seq_cst",
      "%x = load atomic i32, ptr %ctx seq_cst, align 4",
      "store atomic i32 1, ptr %ctx release, align 4",
      "%x = cmpxchg ptr %ctx, i8 1, i8 2 seq_cst seq_cst",
      "%x = atomicrmw umax ptr %ctx, i32 1 seq_cst",
      "%x = load i32, ptr @tls\n store i32 %x, ptr %ctx",
      "call coldcc void inttoptr (i64 5 to ptr)()",
      "%x = call ptr @llvm.returnaddress(i32 0)\n store ptr %x, ptr %ctx",
  };
  for (const char *line : kLines) {
    std::string text = message(
        compile((Twine("@tls = external thread_local global i32\n"
                       "declare ptr @llvm.returnaddress(i32)\n"
                       "define i32 @probe(ptr %ctx) section \"tc\" {\n ") +
                 line + "\n ret i32 0\n}\n")
                    .str()));
    EXPECT_NE(text.find("BPF has no"), std::string::npos) << line << text;
  }
}

TEST(Check, AtomicsOfTheTargetCompile) {
  for (const char *operation : {"add", "sub", "and", "or", "xor", "xchg"}) {
    std::string text = message(
        compile((Twine("define i64 @probe(ptr %ctx) section \"tc\" {\n"
                       " %x = atomicrmw ") +
                 operation + " ptr %ctx, i64 1 seq_cst\n ret i64 %x\n}\n")
                    .str()));
    EXPECT_EQ(text, "") << operation;
  }
}

/// One branch over `count` volatile stores.
std::string longBranch(unsigned count) {
  std::string text = "define i32 @probe(ptr %ctx) section \"tc\" {\n"
                     " %a = load i32, ptr %ctx\n %b = icmp eq i32 %a, 0\n"
                     " br i1 %b, label %yes, label %no\nyes:\n";
  for (unsigned i = 0; i < count; ++i)
    text += " store volatile i32 %a, ptr %ctx, align 4\n";
  return text + " br label %no\nno:\n ret i32 0\n}\n";
}

TEST(Check, JumpThatDoesNotReach) {
  EXPECT_EQ(message(compile(longBranch(1000))), "");
  std::string text = message(compile(longBranch(33000)));
  EXPECT_NE(text.find("program `probe`: too large"), std::string::npos) << text;
}

TEST(Check, ModuleThatDidNotGoThroughThePipeline) {
  LLVMContext context;
  auto module = parse(context, kSumProgram);
  auto machine = cantFail(createTargetMachine({}));
  prepareModule(*module, *machine);
  EXPECT_FALSE(bool(checkModule(*module)));
  std::string text = message(emit(*module, *machine, Output::Object));
  EXPECT_NE(text.find("run the target's pipeline"), std::string::npos) << text;
}

} // namespace

} // namespace whistler::backend::test
