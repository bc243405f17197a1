// The pipeline: early passes before the target's, and no state that outlives
// a module.

#include "Support.h"

#include "whistler/backend/Inspect.h"

#include <llvm/IR/Verifier.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/FileUtilities.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Program.h>

using namespace llvm;

namespace whistler::backend::test {

namespace {

struct SeeIntrinsics : PassInfoMixin<SeeIntrinsics> {
  explicit SeeIntrinsics(bool &seen) : seen(&seen) {}
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    for (Function &function : module)
      *seen |= function.getName().starts_with("llvm.preserve.struct");
    return PreservedAnalyses::all();
  }
  bool *seen;
};

TEST(Optimize, EarlyPassesSeeFieldAccesses) {
  LLVMContext context;
  auto module = parse(context, kSumProgram);
  auto machine = cantFail(createTargetMachine({}));
  prepareModule(*module, *machine);
  bool seen = false;
  Error error =
      optimize(*module, *machine, {}, nullptr, [&](ModulePassManager &passes) {
        passes.addPass(SeeIntrinsics(seen));
      });
  EXPECT_FALSE(bool(error));
  EXPECT_TRUE(seen);
  for (Function &function : *module)
    EXPECT_FALSE(function.getName().starts_with("llvm.preserve.struct"));
}

TEST(Optimize, RegistersPassesOnTheBuilderOfTheMachine) {
  LLVMContext context;
  auto module = parse(context, kSumProgram);
  auto machine = cantFail(createTargetMachine({}));
  prepareModule(*module, *machine);
  bool called = false;
  Error error = optimize(
      *module, *machine, {}, [&](PassBuilder &) { called = true; }, nullptr);
  EXPECT_FALSE(bool(error));
  EXPECT_TRUE(called);
}

// The target keeps a process-wide table of the relocations that it made and
// takes the entry of an earlier module for a later one.
TEST(Optimize, ModulesOfOneProcessShareNoRelocations) {
  auto machine = cantFail(createTargetMachine({}));
  LLVMContext context;
  auto first = parse(context, kSumProgram);
  auto second = parse(context, kSumProgram);
  for (Module *module : {first.get(), second.get()}) {
    prepareModule(*module, *machine);
    ASSERT_FALSE(bool(optimize(*module, *machine, {}, nullptr, nullptr)));
  }
  for (Module *module : {first.get(), second.get()}) {
    EXPECT_TRUE(module->getNamedValue("llvm.task_struct:0:1264$0:0"));
    EXPECT_FALSE(verifyModule(*module, &errs()));
  }
}

// A call that may write any memory that the module can name doesn't disturb
// reads of memory that it can't.
TEST(Optimize, ReadsMergeAcrossCallsThatWriteOtherMemory) {
  constexpr StringLiteral kTwice = R"(
    declare i64 @read(ptr) nounwind willreturn memory(inaccessiblemem: read)
    define i64 @f(ptr %a, ptr %key) section "socket" {
      %first = call i64 @read(ptr %a)
      call void inttoptr (i64 2 to ptr)(ptr %key) #0
      %second = call i64 @read(ptr %a)
      %sum = add i64 %first, %second
      ret i64 %sum
    }
    attributes #0 = { nounwind memory(readwrite, inaccessiblemem: EFFECT) }
  )";
  auto reads = [&](StringRef effect) {
    std::string text = kTwice.str();
    text.replace(text.find("EFFECT"), 6, effect.str());
    LLVMContext context;
    auto module = parse(context, text);
    auto machine = cantFail(createTargetMachine({}));
    prepareModule(*module, *machine);
    EXPECT_FALSE(bool(optimize(*module, *machine, {}, nullptr, nullptr)));
    return module->getFunction("read")->getNumUses();
  };
  EXPECT_EQ(reads("none"), 1u);
  EXPECT_EQ(reads("write"), 2u);
}

TEST(Optimize, O0KeepsTheVariablesInRegisters) {
  TargetOptions options;
  options.optimize = false;
  auto assembly = compile(kSumProgram, options, Output::Assembly);
  ASSERT_TRUE(bool(assembly)) << toString(assembly.takeError());
}

TEST(Optimize, EveryCpuLevelCompiles) {
  for (Cpu cpu : {Cpu::V1, Cpu::V2, Cpu::V3, Cpu::V4}) {
    TargetOptions options;
    options.cpu = cpu;
    options.verifyEach = true;
    auto object = compile(kSumProgram, options);
    EXPECT_TRUE(bool(object)) << toString(object.takeError());
  }
}

std::vector<uint64_t> encodings(ArrayRef<char> object) {
  std::vector<uint64_t> result;
  auto info = inspect(object);
  EXPECT_TRUE(bool(info)) << toString(info.takeError());
  for (const ProgramInfo &program : info->programs)
    for (const Instruction &instruction : program.listing)
      result.push_back(instruction.encoding);
  return result;
}

/// clang's code for kSumProgram but for the two offsets, which are immediates
/// of additions.
TEST(Optimize, NeedsTwoInstructionsLessThanClang) {
  auto clang = sys::findProgramByName("clang-19");
  if (!clang)
    GTEST_SKIP() << "no clang-19 here";
  SmallString<128> in, out;
  ASSERT_FALSE(sys::fs::createTemporaryFile("whistler", "ll", in));
  ASSERT_FALSE(sys::fs::createTemporaryFile("whistler", "o", out));
  FileRemover removeIn(in), removeOut(out);
  ASSERT_FALSE(bool(writeFile(
      in.str().str(), ArrayRef<char>(kSumProgram.data(), kSumProgram.size()))));
  StringRef arguments[] = {*clang,     "--target=bpfel",
                           "-mcpu=v3", "-O2",
                           "-w",       "-c",
                           "-x",       "ir",
                           in,         "-o",
                           out};
  ASSERT_EQ(sys::ExecuteAndWait(*clang, arguments), 0);
  auto theirs = MemoryBuffer::getFile(out);
  ASSERT_TRUE(bool(theirs));
  StringRef bytes = (*theirs)->getBuffer();
  auto ours = compile(kSumProgram);
  ASSERT_TRUE(bool(ours)) << toString(ours.takeError());
  EXPECT_EQ(encodings(*ours).size() + 2,
            encodings({bytes.data(), bytes.size()}).size());
}

TEST(Optimize, BrokenIrIsAnError) {
  LLVMContext context;
  auto module = parse(context, "define void @f() {\n ret void\n}\n");
  auto machine = cantFail(createTargetMachine({}));
  prepareModule(*module, *machine);
  module->getFunction("f")->front().getTerminator()->eraseFromParent();
  Error error = optimize(*module, *machine, {}, nullptr, nullptr);
  ASSERT_TRUE(error.isA<BackendError>());
  EXPECT_NE(toString(std::move(error)).find("broken IR"), std::string::npos);
}

} // namespace

} // namespace whistler::backend::test
