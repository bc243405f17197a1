// The module around the code: well-formed debug info, sections, definitions.

#include "whistler/ir/Program.h"

#include <gtest/gtest.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;
using namespace whistler::ir;

namespace {

std::string text(const Module &module) {
  std::string result;
  raw_string_ostream(result) << module;
  return result;
}

TEST(ModuleBuilder, MakesAValidModule) {
  LLVMContext context;
  Module module("test", context);
  ModuleBuilder builder(module, "probe.lisp", "/src", "(defprog p)\n");
  MapDefinition map;
  map.name = "counts";
  map.type = 1;
  map.maxEntries = 16;
  map.keyBytes = 4;
  map.valueBytes = 8;
  EXPECT_EQ(builder.addMap(map, 1)->getSection(), ".maps");
  Function *program = builder.addProgram("p", "kprobe/f", 2);
  IRBuilder<> code(BasicBlock::Create(context, "entry", program));
  code.SetCurrentDebugLocation(builder.location(*program, 2, 3));
  code.CreateRet(code.getInt32(0));
  builder.setLicense("GPL");
  builder.finish();
  std::string problem;
  raw_string_ostream stream(problem);
  EXPECT_FALSE(verifyModule(module, &stream)) << problem;
  std::string ir = text(module);
  for (const char *part :
       {"source: \"(defprog p)\\0A\"", "name: \"max_entries\"",
        "name: \"value_size\"", "section \"kprobe/f\"", "section \"license\"",
        "!DILocation(line: 2, column: 3", "DebugDirectivesOnly"})
    EXPECT_NE(ir.find(part), std::string::npos) << part;
}

TEST(ModuleBuilder, KeepsLoaderVariablesFromBeingFolded) {
  LLVMContext context;
  Module module("test", context);
  ModuleBuilder builder(module, "probe.lisp", "/src", "");
  DataType type;
  type.bytes = 4;
  auto *zero = ConstantInt::get(Type::getInt32Ty(context), 0);
  EXPECT_TRUE(builder.addGlobal("limit", type, zero, true, 1)
                  ->isExternallyInitialized());
  builder.finish();
}

} // namespace
