// The attributes that each class of helpers gives its calls.

#include "whistler/ir/HelperCall.h"

#include <gtest/gtest.h>
#include <llvm/IR/Module.h>

using namespace llvm;
using namespace whistler::ir;

namespace {

struct HelperCall : testing::Test {
  CallInst *call(HelperEffects effects, bool fresh = false) {
    HelperSignature signature;
    signature.id = 131;
    signature.effects = effects;
    signature.returnsPointer = signature.returnsFresh = fresh;
    return createHelperCall(builder, signature,
                            {function->getArg(0), builder.getInt64(8)});
  }

  LLVMContext context;
  Module module{"test", context};
  IRBuilder<> builder{context};
  Function *function = Function::Create(
      FunctionType::get(builder.getVoidTy(), builder.getPtrTy(), false),
      GlobalValue::ExternalLinkage, "f", module);
  BasicBlock *block = BasicBlock::Create(context, "entry", function);
  void SetUp() override { builder.SetInsertPoint(block); }
};

TEST_F(HelperCall, HasItsNumber) {
  EXPECT_EQ(helperId(*call(HelperEffects::Pure)), 131u);
}

TEST_F(HelperCall, OnlyPureOnesWillReturn) {
  EXPECT_TRUE(call(HelperEffects::Pure)->hasFnAttr(Attribute::WillReturn));
  for (auto effects : {HelperEffects::ProgramMemory,
                       HelperEffects::KernelMemory, HelperEffects::Unknown})
    EXPECT_FALSE(call(effects)->hasFnAttr(Attribute::WillReturn));
}

TEST_F(HelperCall, TouchesWhatItsClassSays) {
  EXPECT_TRUE(call(HelperEffects::Pure)->doesNotAccessMemory());
  EXPECT_TRUE(call(HelperEffects::ProgramMemory)->onlyAccessesArgMemory());
  CallInst *kernel = call(HelperEffects::KernelMemory);
  EXPECT_TRUE(kernel->onlyAccessesInaccessibleMemOrArgMem());
  EXPECT_FALSE(kernel->onlyAccessesArgMemory());
  EXPECT_EQ(call(HelperEffects::Unknown)->getMemoryEffects(),
            MemoryEffects::unknown());
}

TEST_F(HelperCall, KeepsPointersAndFreshMemoryApart) {
  CallInst *fresh = call(HelperEffects::ProgramMemory, true);
  EXPECT_TRUE(fresh->getType()->isPointerTy());
  EXPECT_TRUE(fresh->hasRetAttr(Attribute::NoAlias));
  EXPECT_TRUE(fresh->doesNotCapture(0));
  EXPECT_FALSE(call(HelperEffects::Unknown)->doesNotCapture(0));
}

} // namespace
