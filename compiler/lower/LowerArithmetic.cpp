// Integer operators, all on i64. The BPF instruction set defines what LLVM
// leaves undefined: division by zero gives 0, a remainder by zero the
// dividend, shift counts are taken modulo 64. LLVM's operators get guarded
// operands so that no optimization may assume otherwise.
//
// Signed division is written with unsigned division of the absolute values:
// BPF has sdiv only from cpu v4 (kernel 6.6), and the expansion also gives
// INT64_MIN / -1 = INT64_MIN, where LLVM's sdiv is undefined.

#include "FunctionLowering.h"

#include "../sema/Nodes.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Intrinsics.h>

#include <array>

using namespace llvm;

namespace whistler::compiler {

namespace {

/// Operators that are one LLVM instruction on two i64.
struct PlainRow {
  Op op;
  Instruction::BinaryOps instruction;
};
constexpr PlainRow kPlain[] = {
    {Op::Add, Instruction::Add}, {Op::Sub, Instruction::Sub},
    {Op::Mul, Instruction::Mul}, {Op::And, Instruction::And},
    {Op::Or, Instruction::Or},   {Op::Xor, Instruction::Xor},
};

struct CompareRow {
  Op op;
  CmpInst::Predicate predicate;
};
constexpr CompareRow kCompares[] = {
    {Op::Eq, CmpInst::ICMP_EQ},   {Op::Ne, CmpInst::ICMP_NE},
    {Op::LtU, CmpInst::ICMP_ULT}, {Op::LeU, CmpInst::ICMP_ULE},
    {Op::GtU, CmpInst::ICMP_UGT}, {Op::GeU, CmpInst::ICMP_UGE},
    {Op::LtS, CmpInst::ICMP_SLT}, {Op::LeS, CmpInst::ICMP_SLE},
    {Op::GtS, CmpInst::ICMP_SGT}, {Op::GeS, CmpInst::ICMP_SGE},
};

struct IntrinsicRow {
  Op op;
  Intrinsic::ID intrinsic;
};
constexpr IntrinsicRow kMinMax[] = {
    {Op::MinU, Intrinsic::umin},
    {Op::MaxU, Intrinsic::umax},
    {Op::MinS, Intrinsic::smin},
    {Op::MaxS, Intrinsic::smax},
};

template <typename Row, size_t N> const Row *find(const Row (&rows)[N], Op op) {
  for (const Row &row : rows)
    if (row.op == op)
      return &row;
  return nullptr;
}

bool isDivision(Op op) {
  return op == Op::DivU || op == Op::DivS || op == Op::RemU || op == Op::RemS ||
         op == Op::ModS;
}

bool isShift(Op op) {
  return op == Op::ShiftLeft || op == Op::ShiftRightU || op == Op::ShiftRightS;
}

/// 0 or -1, by the sign.
Value *signMask(IRBuilderBase &builder, Value *value) {
  return builder.CreateAShr(value, 63);
}

/// -value where `mask` is -1, value where it is 0.
Value *negateWhere(IRBuilderBase &builder, Value *value, Value *mask) {
  return builder.CreateSub(builder.CreateXor(value, mask), mask);
}

Value *absolute(IRBuilderBase &builder, Value *value) {
  return negateWhere(builder, value, signMask(builder, value));
}

/// Numbers of ones from the right, times this, differ in their upper six bits.
constexpr uint64_t kLogFactor = 0x03f6eaf2cd271461;

/// Floor of the logarithm by those six bits.
std::array<uint8_t, 64> logTable() {
  std::array<uint8_t, 64> table = {};
  for (unsigned log = 0; log < 64; ++log)
    table[(~uint64_t(0) >> (63 - log)) * kLogFactor >> 58] = uint8_t(log);
  return table;
}

} // namespace

/// All bits below the highest are set, then a table says which number of ones
/// this is: fewer instructions than counting them, and no branch. A search by
/// halves would cost the verifier 64 paths. 0 gives 0.
Value *FunctionLowering::floorOfLog2(Value *value) {
  for (unsigned distance = 1; distance != 64; distance *= 2)
    value = builder_.CreateOr(value, builder_.CreateLShr(value, distance));
  Value *index =
      builder_.CreateLShr(builder_.CreateMul(value, integer(kLogFactor)), 58);
  Value *entry =
      builder_.CreatePtrAdd(module_.table("whistler_log2", logTable()), index);
  return extend(
      builder_.CreateAlignedLoad(builder_.getInt8Ty(), entry, Align(1)),
      /*isSigned=*/false);
}

Value *FunctionLowering::shift(Op op, Value *a, Value *b) {
  Value *count = builder_.CreateAnd(b, integer(63));
  if (op == Op::ShiftLeft)
    return builder_.CreateShl(a, count);
  return op == Op::ShiftRightU ? builder_.CreateLShr(a, count)
                               : builder_.CreateAShr(a, count);
}

/// `b` is not zero.
Value *FunctionLowering::divideBy(Op op, Value *a, Value *b) {
  if (op == Op::DivU)
    return builder_.CreateUDiv(a, b);
  if (op == Op::RemU)
    return builder_.CreateURem(a, b);
  Value *absA = absolute(builder_, a), *absB = absolute(builder_, b);
  if (op == Op::DivS)
    return negateWhere(builder_, builder_.CreateUDiv(absA, absB),
                       signMask(builder_, builder_.CreateXor(a, b)));
  Value *remainder = negateWhere(builder_, builder_.CreateURem(absA, absB),
                                 signMask(builder_, a));
  if (op == Op::RemS)
    return remainder;
  // Floored: a remainder whose sign differs from the divisor's moves by it.
  Value *inexact = builder_.CreateICmpNE(remainder, integer(0));
  Value *differs =
      builder_.CreateICmpSLT(builder_.CreateXor(remainder, b), integer(0));
  return builder_.CreateSelect(builder_.CreateAnd(inexact, differs),
                               builder_.CreateAdd(remainder, b), remainder);
}

Value *FunctionLowering::divide(Op op, Value *a, Value *b) {
  Value *byZero = op == Op::DivU || op == Op::DivS ? integer(0) : a;
  if (auto *constant = dyn_cast<ConstantInt>(b))
    return constant->isZero() ? byZero : divideBy(op, a, b);
  BasicBlock *from = builder_.GetInsertBlock();
  BasicBlock *safe = block("divide"), *join = block("divided");
  builder_.CreateCondBr(builder_.CreateICmpEQ(b, integer(0)), join, safe);
  startBlock(safe);
  Value *quotient = divideBy(op, a, b);
  builder_.CreateBr(join);
  startBlock(join);
  PHINode *phi = builder_.CreatePHI(builder_.getInt64Ty(), 2);
  phi->addIncoming(byZero, from);
  phi->addIncoming(quotient, safe);
  return phi;
}

/// `value`, computed here. The BPF scheduler moves arithmetic to the end of
/// its block; after many reads that would keep every value that was read, and
/// they don't fit on the stack.
Value *FunctionLowering::pin(Value *value) {
  Type *i64 = builder_.getInt64Ty();
  auto *hold = InlineAsm::get(FunctionType::get(i64, {i64}, false), "", "=r,0",
                              /*hasSideEffects=*/true);
  CallInst *held = builder_.CreateCall(hold, {value});
  held->setDoesNotAccessMemory();
  held->setDoesNotThrow();
  return held;
}

/// A pointer into memory of the program stays one in sums and comparisons only.
Value *FunctionLowering::operand(const Node &node, size_t index) {
  const Node &child = *node.children[index];
  Value *value = lowerInt(&child);
  bool isPointer = child.type.isPointer && isProgramSpace(child.type.space);
  bool keeps =
      node.op == Op::Add || node.op == Op::Sub || find(kCompares, node.op);
  return isPointer && !keeps ? number(value) : value;
}

Value *FunctionLowering::lowerBinary(const Node &node) {
  constexpr unsigned kManyReads = 16;
  Value *a = operand(node, 0), *b = operand(node, 1);
  if (const PlainRow *row = find(kPlain, node.op)) {
    Value *value = builder_.CreateBinOp(row->instruction, a, b);
    if (kernelReads_ > kManyReads && isKernelRead(*node.children[1]))
      value = pin(value);
    return coerce(value, node.type.isPointer);
  }
  if (const CompareRow *row = find(kCompares, node.op))
    return extend(builder_.CreateICmp(row->predicate, a, b), false);
  if (const IntrinsicRow *row = find(kMinMax, node.op))
    return builder_.CreateBinaryIntrinsic(row->intrinsic, a, b);
  if (isShift(node.op))
    return shift(node.op, a, b);
  if (isDivision(node.op))
    return divide(node.op, a, b);
  report_fatal_error("lowering: not an operator of two operands");
}

Value *FunctionLowering::byteSwap(Value *value, unsigned bits) {
  Value *part = builder_.CreateTrunc(value, builder_.getIntNTy(bits));
  return extend(builder_.CreateUnaryIntrinsic(Intrinsic::bswap, part), false);
}

Value *FunctionLowering::lowerUnary(const Node &node) {
  Value *value = lowerInt(node.children[0].get());
  switch (node.op) {
  case Op::Neg:
    return builder_.CreateNeg(value);
  case Op::Not:
    return builder_.CreateNot(value);
  case Op::LogicalNot:
    return extend(builder_.CreateICmpEQ(value, integer(0)), false);
  case Op::Abs:
    return absolute(builder_, value);
  case Op::Log2:
    return floorOfLog2(value);
  case Op::ByteSwap16:
    return byteSwap(value, 16);
  case Op::ByteSwap32:
    return byteSwap(value, 32);
  case Op::ByteSwap64:
    return byteSwap(value, 64);
  default:
    report_fatal_error("lowering: not an operator of one operand");
  }
}

} // namespace whistler::compiler
