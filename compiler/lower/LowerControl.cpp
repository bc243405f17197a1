// Conditions, loops and exits. A test is lowered as branches, so that `and`,
// `or` and `not` inside it (nested Ifs by now) become jumps and no 0-or-1
// value is made at all: the verifier learns from each comparison on its own.
//
// A loop has a bound that the verifier can follow on 5.10 already: it walks
// through the rounds, so a comparison of a constant-valued counter ends it.
// Where the program's own test depends on run-time values, the counter passes
// through an empty asm: otherwise LLVM folds both tests into one `i != n`
// with n = min(runtime, max), and the verifier of kernels before 6.8 does not
// see that i never passes n.

#include "FunctionLowering.h"

#include <llvm/IR/InlineAsm.h>

using namespace llvm;

namespace whistler::compiler {

BasicBlock *FunctionLowering::block(const Twine &name) {
  return BasicBlock::Create(function_.getContext(), name, &function_);
}

void FunctionLowering::leaveBlock() { startBlock(block("unreachable")); }

void FunctionLowering::finishWith(Value *result) {
  Type *type = function_.getReturnType();
  result = coerce(result, type->isPointerTy());
  builder_.CreateRet(type->isPointerTy() ? result
                                         : builder_.CreateTrunc(result, type));
}

Value *FunctionLowering::lowerReturn(const Node &node) {
  finishWith(child(node, 0));
  leaveBlock();
  return integer(0);
}

void FunctionLowering::branchOn(const Node *test, BasicBlock *yes,
                                BasicBlock *no) {
  if (test && test->kind == NodeKind::Unary && test->op == Op::LogicalNot)
    return branchOn(test->children[0].get(), no, yes);
  if (test && test->kind == NodeKind::If)
    return branchOnIf(*test, yes, no);
  Value *value = lower(test);
  if (auto *constant = dyn_cast<ConstantInt>(value)) {
    builder_.CreateBr(constant->isZero() ? no : yes);
    return;
  }
  // A comparison, just extended from i1: take it as it was.
  auto *extension = dyn_cast<ZExtInst>(value);
  Value *bit = extension && extension->getSrcTy()->isIntegerTy(1)
                   ? extension->getOperand(0)
                   : builder_.CreateIsNotNull(value);
  builder_.CreateCondBr(bit, yes, no);
  if (extension && extension->use_empty())
    extension->eraseFromParent();
}

void FunctionLowering::branchOnIf(const Node &test, BasicBlock *yes,
                                  BasicBlock *no) {
  BasicBlock *thenBlock = block("test.then"), *elseBlock = block("test.else");
  branchOn(test.children[0].get(), thenBlock, elseBlock);
  startBlock(thenBlock);
  branchOn(test.children[1].get(), yes, no);
  startBlock(elseBlock);
  branchOn(test.children.size() > 2 ? test.children[2].get() : nullptr, yes,
           no);
}

Value *FunctionLowering::lowerIf(const Node &node) {
  BasicBlock *thenBlock = block("then"), *elseBlock = block("else"),
             *join = block("join");
  branchOn(node.children[0].get(), thenBlock, elseBlock);
  Value *values[2];
  BasicBlock *ends[2];
  BasicBlock *starts[2] = {thenBlock, elseBlock};
  for (unsigned arm = 0; arm < 2; ++arm) {
    startBlock(starts[arm]);
    values[arm] = coerce(child(node, arm + 1), node.type.isPointer);
    ends[arm] = builder_.GetInsertBlock();
    builder_.CreateBr(join);
  }
  startBlock(join);
  PHINode *phi = builder_.CreatePHI(values[0]->getType(), 2);
  phi->addIncoming(values[0], ends[0]);
  phi->addIncoming(values[1], ends[1]);
  return phi;
}

MDNode *FunctionLowering::loopMetadata(bool unroll) {
  LLVMContext &context = function_.getContext();
  MDNode *hint = MDNode::get(
      context, MDString::get(context, unroll ? "llvm.loop.unroll.full"
                                             : "llvm.loop.unroll.disable"));
  MDNode *loop = MDNode::getDistinct(context, {nullptr, hint});
  loop->replaceOperandWith(0, loop);
  return loop;
}

void FunctionLowering::emitLoopHeader(const Node &node, AllocaInst *rounds,
                                      BasicBlock *body, BasicBlock *done) {
  const Node *test = node.children[0].get();
  if (rounds) {
    Value *round =
        builder_.CreateAlignedLoad(builder_.getInt64Ty(), rounds, Align(8));
    Value *more = builder_.CreateICmpULT(round, integer(node.maxRounds));
    BasicBlock *next = test ? block("loop.test") : body;
    builder_.CreateCondBr(more, next, done);
    startBlock(next);
  }
  if (test)
    branchOn(test, body, done);
  else if (!rounds)
    builder_.CreateBr(body);
}

void FunctionLowering::emitLoopLatch(const Node &node, AllocaInst *rounds,
                                     BasicBlock *header) {
  if (node.children.size() > 2)
    lower(node.children[2].get());
  if (rounds) {
    Value *round =
        builder_.CreateAlignedLoad(builder_.getInt64Ty(), rounds, Align(8));
    round = builder_.CreateAdd(round, integer(1));
    if (node.children[0] && !node.unroll) {
      Type *i64 = builder_.getInt64Ty();
      auto *opaque =
          InlineAsm::get(FunctionType::get(i64, {i64}, false), "", "=r,0",
                         /*hasSideEffects=*/false);
      round = builder_.CreateCall(opaque, {round});
    }
    builder_.CreateAlignedStore(round, rounds, Align(8));
  }
  builder_.CreateBr(header)->setMetadata(LLVMContext::MD_loop,
                                         loopMetadata(node.unroll));
}

Value *FunctionLowering::lowerLoop(const Node &node) {
  AllocaInst *rounds = nullptr;
  if (node.maxRounds != 0) {
    rounds = entrySlot(builder_.getInt64Ty(), "rounds");
    builder_.CreateAlignedStore(integer(0), rounds, Align(8));
  }
  BasicBlock *header = block("loop"), *body = block("loop.body"),
             *latch = block("loop.next"), *done = block("loop.done");
  builder_.CreateBr(header);
  startBlock(header);
  emitLoopHeader(node, rounds, body, done);
  // The test may have continued in other blocks; `body` may be started by now.
  startBlock(body);
  loops_.push_back({done, latch});
  if (node.children.size() > 1)
    lower(node.children[1].get());
  loops_.pop_back();
  builder_.CreateBr(latch);
  startBlock(latch);
  emitLoopLatch(node, rounds, header);
  startBlock(done);
  return integer(0);
}

Value *FunctionLowering::lowerBreak(const Node &node) {
  builder_.CreateBr(loops_.back().breakTo);
  leaveBlock();
  return integer(0);
}

Value *FunctionLowering::lowerContinue(const Node &node) {
  builder_.CreateBr(loops_.back().continueTo);
  leaveBlock();
  return integer(0);
}

} // namespace whistler::compiler
