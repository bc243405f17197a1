// Facts about types and enumerators, and pointers of the context: what is
// built is found again, and well formed.

#include "whistler/ir/Operations.h"
#include "whistler/ir/Verifier.h"

#include <gtest/gtest.h>
#include <llvm/IR/Module.h>

using namespace llvm;
using namespace whistler::ir;

namespace {

struct Identities : testing::Test {
  void SetUp() override {
    builder.SetInsertPoint(BasicBlock::Create(context, "entry", function));
  }
  void TearDown() override {
    builder.CreateRetVoid();
    EXPECT_TRUE(verifyOperations(module).empty());
  }

  LLVMContext context;
  Module module{"test", context};
  IRBuilder<> builder{context};
  Function *function = Function::Create(
      FunctionType::get(builder.getVoidTy(), builder.getPtrTy(), false),
      GlobalValue::ExternalLinkage, "f", module);
};

TEST_F(Identities, OfTypes) {
  TypeIdentity task{"task_struct", TypeShape::Struct, 9792};
  CallInst *size = createTypeFact(builder, CoreFact::TypeSize, task);
  EXPECT_EQ(size->getCalledFunction()->getName(),
            "whistler.core.type_size.task_struct");
  auto found = matchOperation(*size);
  ASSERT_TRUE(found && found->type);
  EXPECT_EQ(*found->type, task);
  EXPECT_EQ(found->fact, CoreFact::TypeSize);
}

TEST_F(Identities, OfEnumerators) {
  EnumeratorIdentity loop{"bpf_func_id", "BPF_FUNC_loop", -1};
  auto found = matchOperation(
      *createEnumeratorFact(builder, CoreFact::EnumeratorExists, loop));
  ASSERT_TRUE(found && found->enumerator);
  EXPECT_EQ(*found->enumerator, loop);
}

TEST_F(Identities, OfTheKernelsVersion) {
  auto found = matchOperation(*createKernelVersion(builder));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fact, CoreFact::KernelVersion);
}

TEST_F(Identities, OfPointers) {
  for (bool isNullable : {false, true}) {
    PointerIdentity pointer{"sock", isNullable};
    auto found = matchOperation(
        *createContextPointer(builder, pointer, function->getArg(0), 16));
    ASSERT_TRUE(found && found->pointer);
    EXPECT_EQ(*found->pointer, pointer);
  }
}

} // namespace
