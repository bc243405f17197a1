// Builders and matcher agree, and what is built passes the verifier.

#include "whistler/ir/Operations.h"

#include "whistler/ir/Verifier.h"

#include <gtest/gtest.h>
#include <llvm/IR/Module.h>

using namespace llvm;
using namespace whistler::ir;

namespace {

struct Operations : testing::Test {
  static Field scalar(const char *member, uint64_t bits) {
    Field field;
    field.steps = {{"task_struct", RecordKind::Struct, 9792, member, bits}};
    field.bytes = 4;
    return field;
  }
  void SetUp() override {
    builder.SetInsertPoint(BasicBlock::Create(context, "entry", function));
    base = function->getArg(0);
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
  Value *base = nullptr;
};

TEST_F(Operations, DeclareEachFieldOnce) {
  CallInst *a = createKernelLoad(builder, scalar("pid", 10112), base);
  CallInst *b = createKernelLoad(builder, scalar("pid", 10112), base);
  CallInst *other = createKernelLoad(builder, scalar("pid", 64), base);
  EXPECT_EQ(a->getCalledFunction(), b->getCalledFunction());
  EXPECT_EQ(other->getCalledFunction()->getName(),
            "whistler.kernel.load.task_struct.pid.v2");
}

TEST_F(Operations, MatchWhatWasBuilt) {
  auto kind = [](CallInst *call) { return matchOperation(*call)->operation; };
  Field pid = scalar("pid", 10112);
  EXPECT_EQ(kind(createKernelLoad(builder, pid, base)), Operation::KernelLoad);
  EXPECT_EQ(kind(createKernelLoadAt(builder, 16, base, builder.getInt64(2))),
            Operation::KernelLoadAt);
  EXPECT_EQ(kind(createKernelLoadVolatile(builder, pid, base)),
            Operation::KernelLoadVolatile);
  EXPECT_EQ(kind(createKernelAddress(builder, pid, base)),
            Operation::KernelAddress);
  EXPECT_EQ(kind(createContextLoad(builder, pid, base)),
            Operation::ContextLoad);
  EXPECT_EQ(kind(createContextLoadAt(builder, 32, base, 4)),
            Operation::ContextLoadAt);
  EXPECT_EQ(kind(createContextStoreAt(builder, base, 4, builder.getInt32(1))),
            Operation::ContextStoreAt);
  EXPECT_EQ(kind(createBarrier(builder)), Operation::Barrier);
  CallInst *copy = createKernelCopy(builder, base, 16, base);
  EXPECT_EQ(kind(copy), Operation::KernelCopy);
  EXPECT_EQ(matchOperation(*copy)->base(), base);
  auto fact =
      matchOperation(*createCoreFact(builder, CoreFact::FieldExists, pid));
  EXPECT_EQ(fact->fact, CoreFact::FieldExists);
  EXPECT_EQ(fact->field, pid);
  EXPECT_EQ(fact->base(), nullptr);
}

TEST_F(Operations, GiveBitfieldsExtendedTo64Bits) {
  Field bits = scalar("flag", 10017);
  bits.bitSize = 1;
  EXPECT_TRUE(
      createKernelLoad(builder, bits, base)->getType()->isIntegerTy(64));
}

} // namespace
