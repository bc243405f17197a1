// Declarations of kernel functions: what LLVM needs to make BTF of them.

#include "whistler/ir/KernelFunction.h"

#include <gtest/gtest.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Verifier.h>

using namespace llvm;
using namespace whistler::ir;

TEST(KernelFunction, IsAWeakExternWithItsPrototype) {
  LLVMContext context;
  Module module("test", context);
  Function *cast = declareReadOnlyCast(module);
  EXPECT_EQ(declareReadOnlyCast(module), cast);
  EXPECT_TRUE(cast->hasExternalWeakLinkage());
  EXPECT_EQ(cast->getSection(), ".ksyms");
  EXPECT_EQ(cast->arg_size(), 2u);
  ASSERT_TRUE(cast->getSubprogram());
  EXPECT_FALSE(cast->getSubprogram()->isDefinition());
  EXPECT_EQ(cast->getSubprogram()->getType()->getTypeArray().size(), 3u);
  EXPECT_FALSE(verifyModule(module));
}

TEST(KernelFunction, MayReturnNothing) {
  LLVMContext context;
  Module module("test", context);
  auto flag = std::make_shared<DataType>();
  flag->kind = DataType::Kind::Bool;
  flag->bytes = 1;
  Function *function =
      declareKernelFunction(module, {"bpf_example", nullptr, {{"flag", flag}}});
  EXPECT_TRUE(function->getReturnType()->isVoidTy());
  EXPECT_TRUE(function->getArg(0)->getType()->isIntegerTy(8));
  EXPECT_FALSE(verifyModule(module));
}
