// The facade: every output it can give, messages and times as data, errors of
// the world apart from mistakes of the program.

#include "whistler/compiler/Compiler.h"

#include <gtest/gtest.h>

using namespace whistler;
using namespace whistler::compiler;

namespace {

constexpr const char *kProgram =
    "(defmap counts :type :array :key-type u32 :value-type u64\n"
    "  :max-entries 1)\n"
    "(defprog count (:type :xdp)\n"
    "  (incf (getmap counts 0))\n"
    "  2)\n";

std::string text(const Compilation &compilation) {
  return {compilation.object.begin(), compilation.object.end()};
}

Compilation compileAs(Emit emit, const Options &options = {}) {
  Compiler compiler;
  auto result = compiler.compile(kProgram, "count.lisp", options, emit);
  if (!result) {
    ADD_FAILURE() << llvm::toString(result.takeError());
    return {};
  }
  for (const Diagnostic &diagnostic : result->diagnostics)
    ADD_FAILURE() << diagnostic.message;
  return std::move(*result);
}

TEST(Compiler, GivesAnObject) {
  std::string object = text(compileAs(Emit::Object));
  ASSERT_GT(object.size(), 64u);
  EXPECT_EQ(object.substr(1, 3), "ELF");
}

TEST(Compiler, GivesAssembly) {
  EXPECT_NE(text(compileAs(Emit::Assembly)).find("exit"), std::string::npos);
}

TEST(Compiler, GivesIrBeforeAndAfterThePasses) {
  std::string lowered = text(compileAs(Emit::LoweredIr));
  std::string optimized = text(compileAs(Emit::LlvmIr));
  EXPECT_NE(lowered.find("define dso_local i32 @count"), std::string::npos);
  EXPECT_NE(optimized.find("@count"), std::string::npos);
  EXPECT_GT(lowered.size(), optimized.size());
}

TEST(Compiler, GivesTheSameBytesEveryTime) {
  EXPECT_EQ(text(compileAs(Emit::Object)), text(compileAs(Emit::Object)));
}

TEST(Compiler, TakesTheTimeOfEachStage) {
  Compilation compilation = compileAs(Emit::Object);
  std::vector<std::string> stages;
  for (const StageTime &time : compilation.times) {
    EXPECT_GE(time.milliseconds, 0.0);
    stages.push_back(time.stage);
  }
  EXPECT_EQ(stages, (std::vector<std::string>{"read", "expand", "analyze",
                                              "lower", "optimize", "emit"}));
}

TEST(Compiler, OpensNoBtfWithoutNeed) {
  Options options;
  options.btfPath = "/no/such/btf";
  compileAs(Emit::Object, options);
}

TEST(Compiler, MissingBtfIsAnErrorOfTheWorld) {
  Options options;
  options.btfPath = "/no/such/btf";
  Compiler compiler;
  auto result = compiler.compile(
      "(import-kernel-struct task-struct pid)\n"
      "(defprog p (:type :tc) (task-struct-pid (get-current-task)))\n",
      "p.lisp", options);
  ASSERT_FALSE(bool(result));
  EXPECT_NE(llvm::toString(result.takeError()).find("/no/such/btf"),
            std::string::npos);
}

TEST(Compiler, MistakesAreDiagnosticsAndNoOutput) {
  Compiler compiler;
  auto result =
      compiler.compile("(defprog p (:type :xdp) (+ 1 x))", "p.lisp", {});
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_FALSE(result->ok());
  EXPECT_TRUE(result->object.empty());
  ASSERT_FALSE(result->diagnostics.empty());
  const Diagnostic &diagnostic = result->diagnostics.front();
  EXPECT_EQ(result->sources->position(diagnostic.span).column, 30u);
}

TEST(Compiler, FrontHalfAlone) {
  Compiler compiler;
  llvm::LLVMContext context;
  Compilation result;
  auto module = compiler.lower(kProgram, "count.lisp", {}, context, result);
  ASSERT_TRUE(bool(module)) << llvm::toString(module.takeError());
  ASSERT_TRUE(*module);
  EXPECT_EQ((*module)->getTargetTriple(), "bpfel");
  EXPECT_NE((*module)->getFunction("count"), nullptr);
  EXPECT_TRUE(result.ok());
}

} // namespace
