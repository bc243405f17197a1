// Lowering of typed programs built by hand: what the IR must and must not
// contain. Whether it computes the right values is tested by running it
// (tests/kernel/meaning).

#include "../../../compiler/lower/Lower.h"

#include "whistler/ir/Verifier.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <gtest/gtest.h>

using namespace whistler;
using namespace whistler::compiler;

namespace {

NodePtr make(NodeKind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

template <typename... Children>
NodePtr make(NodeKind kind, Children... children) {
  NodePtr node = make(kind);
  (node->children.push_back(std::move(children)), ...);
  return node;
}

NodePtr number(uint64_t value) {
  NodePtr node = make(NodeKind::Integer);
  node->integer = value;
  return node;
}

NodePtr binary(Op op, NodePtr a, NodePtr b) {
  NodePtr node = make(NodeKind::Binary, std::move(a), std::move(b));
  node->op = op;
  return node;
}

NodePtr reference(const Variable &variable) {
  NodePtr node = make(NodeKind::VariableRef);
  node->variable = &variable;
  node->type = variable.type;
  return node;
}

NodePtr assign(const Variable &variable, NodePtr value) {
  NodePtr node = make(NodeKind::Assign, std::move(value));
  node->variable = &variable;
  node->type = variable.type;
  return node;
}

ir::Field taskPid() {
  ir::Field field;
  ir::FieldStep step;
  step.record = "task_struct";
  step.recordBytes = 9000;
  step.member = "pid";
  step.bitOffset = 1256 * 8;
  field.steps.push_back(step);
  field.bytes = 4;
  field.isSigned = true;
  return field;
}

class Lowering : public ::testing::Test {
protected:
  Lowering() {
    main_ = sources_.add("test.lisp", "(defprog p (:type :xdp))\n");
  }

  Variable &variable(unsigned bits, bool isSigned) {
    auto added = std::make_unique<Variable>();
    added->name = "v" + std::to_string(program_.variables.size());
    added->type.bits = uint8_t(bits);
    added->type.isSigned = isSigned;
    program_.variables.push_back(std::move(added));
    return *program_.variables.back();
  }

  /// Lowers a program with this body, which must be valid IR.
  llvm::Function &lowerBody(NodePtr body) {
    program_.name = "p";
    program_.section = "xdp";
    program_.body = std::move(body);
    TypedProgram typed;
    typed.programs.push_back(std::move(program_));
    module_ = lower(typed, sources_, main_, context_);
    std::string problems;
    llvm::raw_string_ostream os(problems);
    EXPECT_FALSE(llvm::verifyModule(*module_, &os)) << problems;
    for (const std::string &problem : ir::verifyOperations(*module_))
      ADD_FAILURE() << problem;
    return *module_->getFunction("p");
  }

  std::string text(const llvm::Function &function) {
    std::string result;
    llvm::raw_string_ostream os(result);
    function.print(os);
    return result;
  }

  template <typename Kind> unsigned count(llvm::Function &function) {
    unsigned found = 0;
    for (llvm::Instruction &instruction : llvm::instructions(function))
      found += llvm::isa<Kind>(instruction);
    return found;
  }

  SourceManager sources_;
  FileId main_ = 0;
  Program program_;
  llvm::LLVMContext context_;
  std::unique_ptr<llvm::Module> module_;
};

TEST_F(Lowering, ResultIsTruncated) {
  llvm::Function &function = lowerBody(number(0x100000002));
  auto *ret = llvm::cast<llvm::ReturnInst>(function.back().getTerminator());
  auto *value = llvm::cast<llvm::ConstantInt>(ret->getReturnValue());
  EXPECT_EQ(value->getBitWidth(), 32u);
  EXPECT_EQ(value->getZExtValue(), 2u);
}

TEST_F(Lowering, EmptyBodyGivesZero) {
  llvm::Function &function = lowerBody(nullptr);
  EXPECT_NE(text(function).find("ret i32 0"), std::string::npos);
}

TEST_F(Lowering, RuntimeDivisorIsGuarded) {
  Variable &v = variable(64, false);
  llvm::Function &function =
      lowerBody(binary(Op::DivU, number(7), reference(v)));
  EXPECT_NE(text(function).find("icmp eq i64 %v0"), std::string::npos);
  EXPECT_EQ(count<llvm::PHINode>(function), 1u);
}

TEST_F(Lowering, ConstantDivisorIsNotGuarded) {
  Variable &v = variable(64, false);
  llvm::Function &function =
      lowerBody(binary(Op::RemU, reference(v), number(10)));
  EXPECT_EQ(count<llvm::PHINode>(function), 0u);
  EXPECT_NE(text(function).find("urem i64"), std::string::npos);
}

TEST_F(Lowering, NoSignedDivisionAndNoPromises) {
  Variable &v = variable(64, true), &w = variable(64, true);
  llvm::Function &function =
      lowerBody(binary(Op::Add, binary(Op::DivS, reference(v), reference(w)),
                       binary(Op::ModS, reference(v), reference(w))));
  std::string ir = text(function);
  for (const char *word : {"sdiv", "srem", "nsw", "nuw", "exact"})
    EXPECT_EQ(ir.find(word), std::string::npos) << word;
}

TEST_F(Lowering, ShiftCountsAreMasked) {
  Variable &v = variable(64, false);
  llvm::Function &function =
      lowerBody(binary(Op::ShiftLeft, number(1), reference(v)));
  EXPECT_NE(text(function).find("and i64 %v0"), std::string::npos);
}

TEST_F(Lowering, NarrowVariableIsTruncatedAtAssignment) {
  Variable &v = variable(8, true);
  llvm::Function &function =
      lowerBody(make(NodeKind::Sequence, assign(v, number(255)), reference(v)));
  EXPECT_NE(text(function).find("store i64 -1"), std::string::npos);
}

TEST_F(Lowering, VariableWithAnAddressHasItsTypesWidth) {
  Variable &v = variable(16, false);
  NodePtr address = make(NodeKind::AddressOf);
  address->variable = &v;
  v.addressTaken = true;
  address->type.isPointer = true;
  llvm::Function &function =
      lowerBody(make(NodeKind::Sequence, std::move(address), reference(v)));
  EXPECT_NE(text(function).find("alloca i16"), std::string::npos);
}

TEST_F(Lowering, CodeAfterReturnIsGone) {
  llvm::Function &function = lowerBody(
      make(NodeKind::Sequence, make(NodeKind::Return, number(3)), number(4)));
  EXPECT_EQ(count<llvm::ReturnInst>(function), 1u);
  EXPECT_NE(text(function).find("ret i32 3"), std::string::npos);
}

TEST_F(Lowering, TestsBecomeJumps) {
  // (if (and v w) 1 2): two branches, one phi for the value, no 0-or-1 value.
  Variable &v = variable(64, false), &w = variable(64, false);
  NodePtr both = make(NodeKind::If, reference(v), reference(w), number(0));
  llvm::Function &function =
      lowerBody(make(NodeKind::If, std::move(both), number(1), number(2)));
  EXPECT_EQ(count<llvm::PHINode>(function), 1u);
  EXPECT_EQ(count<llvm::ZExtInst>(function), 0u);
}

TEST_F(Lowering, RuntimeLoopHasAnOpaqueCounter) {
  Variable &v = variable(64, false);
  NodePtr loop = make(NodeKind::Loop, reference(v), number(0));
  loop->maxRounds = 16;
  llvm::Function &function = lowerBody(std::move(loop));
  std::string ir = text(function);
  EXPECT_NE(ir.find("icmp ult i64"), std::string::npos);
  EXPECT_NE(ir.find("asm \"\", \"=r,0\""), std::string::npos);
  EXPECT_NE(ir.find("!llvm.loop"), std::string::npos);
}

TEST_F(Lowering, KernelReadIsOneOperation) {
  NodePtr base = make(NodeKind::ContextPointer);
  base->type.isPointer = true;
  NodePtr read = make(NodeKind::KernelLoad, std::move(base));
  read->field = taskPid();
  read->type.isSigned = true;
  llvm::Function &function = lowerBody(std::move(read));
  std::string ir = text(function);
  EXPECT_NE(ir.find("@whistler.kernel.load.task_struct.pid(ptr"),
            std::string::npos);
  EXPECT_NE(ir.find("sext i32"), std::string::npos);
  EXPECT_EQ(count<llvm::LoadInst>(function), 0u);
}

TEST_F(Lowering, SpilledKeyLivesForOneCall) {
  NodePtr spill = make(NodeKind::Spill, number(5));
  spill->type.isPointer = true;
  spill->type.space = Space::Stack;
  spill->type.elementBits = 32;
  NodePtr call = make(NodeKind::Call, std::move(spill));
  call->helper = ir::HelperSignature{};
  call->helper->id = 1;
  llvm::Function &function = lowerBody(std::move(call));
  std::string ir = text(function);
  EXPECT_NE(ir.find("store i32 5"), std::string::npos);
  EXPECT_NE(ir.find("llvm.lifetime.start.p0(i64 4"), std::string::npos);
  EXPECT_NE(ir.find("llvm.lifetime.end.p0(i64 4"), std::string::npos);
}

TEST_F(Lowering, LoadsHaveNaturalAlignment) {
  NodePtr base = make(NodeKind::StackObject);
  base->integer = 16;
  base->type.isPointer = true;
  NodePtr load = make(NodeKind::Load, std::move(base));
  load->integer = 4;
  load->type.bits = 32;
  llvm::Function &function = lowerBody(std::move(load));
  std::string ir = text(function);
  EXPECT_NE(ir.find("load i32, ptr %"), std::string::npos);
  EXPECT_NE(ir.find("align 4"), std::string::npos);
  EXPECT_NE(ir.find("alloca [16 x i8], align 8"), std::string::npos);
}

TEST_F(Lowering, SumOfManyReadsIsPinned) {
  auto sumOf = [](unsigned reads) {
    NodePtr sum = number(0);
    for (unsigned i = 0; i < reads; ++i) {
      NodePtr base = make(NodeKind::ContextPointer);
      base->type.isPointer = true;
      NodePtr read = make(NodeKind::KernelLoad, std::move(base));
      read->field = taskPid();
      sum = binary(Op::Add, std::move(sum), std::move(read));
    }
    return sum;
  };
  EXPECT_EQ(text(lowerBody(sumOf(8))).find("asm sideeffect"),
            std::string::npos);
  program_ = Program();
  EXPECT_NE(text(lowerBody(sumOf(40))).find("asm sideeffect"),
            std::string::npos);
}

} // namespace
