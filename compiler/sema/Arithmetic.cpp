// Integer arithmetic, in 64 bits. An operation is signed when all its operands
// that are not literals are signed; literals have no sign of their own.
// Constant operands are folded here, so that sizes, counts and map flags may
// be expressions. A pointer plus an integer is a pointer of the same memory.

#include "Analyzer.h"

#include <llvm/Support/MathExtras.h>

namespace whistler::compiler {

namespace {

bool isSignedTogether(Op op, const NodePtr &x, const NodePtr &y) {
  if (isLiteral(x) && isLiteral(y))
    return x->type.isSigned || y->type.isSigned ||
           (op == Op::Sub && x->integer < y->integer);
  return (isLiteral(x) || x->type.isSigned) &&
         (isLiteral(y) || y->type.isSigned);
}

Op signedVersion(Op op) {
  switch (op) {
  case Op::DivU:
    return Op::DivS;
  case Op::RemU:
    return Op::RemS;
  case Op::MinU:
    return Op::MinS;
  case Op::MaxU:
    return Op::MaxS;
  default:
    return op;
  }
}

std::optional<uint64_t> divideConstants(Op op, uint64_t x, uint64_t y) {
  if (y == 0)
    return std::nullopt;
  bool overflows = int64_t(x) == INT64_MIN && int64_t(y) == -1;
  switch (op) {
  case Op::DivU:
    return x / y;
  case Op::RemU:
    return x % y;
  case Op::DivS:
    return overflows ? x : uint64_t(int64_t(x) / int64_t(y));
  case Op::RemS:
    return overflows ? 0 : uint64_t(int64_t(x) % int64_t(y));
  case Op::ModS: {
    if (overflows)
      return 0;
    int64_t rest = int64_t(x) % int64_t(y);
    if (rest != 0 && (rest < 0) != (int64_t(y) < 0))
      rest += int64_t(y);
    return uint64_t(rest);
  }
  default:
    return std::nullopt;
  }
}

std::optional<uint64_t> foldConstants(Op op, uint64_t x, uint64_t y) {
  switch (op) {
  case Op::Add:
    return x + y;
  case Op::Sub:
    return x - y;
  case Op::Mul:
    return x * y;
  case Op::And:
    return x & y;
  case Op::Or:
    return x | y;
  case Op::Xor:
    return x ^ y;
  case Op::ShiftLeft:
    return x << (y & 63);
  case Op::ShiftRightU:
    return x >> (y & 63);
  case Op::ShiftRightS:
    return uint64_t(int64_t(x) >> (y & 63));
  case Op::MinU:
    return std::min(x, y);
  case Op::MaxU:
    return std::max(x, y);
  case Op::MinS:
    return uint64_t(std::min(int64_t(x), int64_t(y)));
  case Op::MaxS:
    return uint64_t(std::max(int64_t(x), int64_t(y)));
  default:
    return divideConstants(op, x, y);
  }
}

/// Pointer arithmetic: nothing when neither operand is a pointer.
NodePtr offsetPointer(Analyzer &a, const Form *form, Op op, NodePtr &x,
                      NodePtr &y) {
  if (op == Op::Add && x->type.isPointer && y->type.isPointer) {
    bool isFieldOf = y->kind == NodeKind::KernelAddress;
    a.report(form, isFieldOf ? Kind::AddressPlusField : Kind::AddressSum,
             {describe(x->type), describe(y->type)});
    return isFieldOf ? std::move(y) : makeError(form->span);
  }
  if (op == Op::Add && y->type.isPointer)
    std::swap(x, y);
  if (!x->type.isPointer || y->type.isPointer ||
      (op != Op::Add && op != Op::Sub))
    return nullptr;
  if (op == Op::Sub)
    y = isLiteral(y) ? makeInteger(0 - y->integer, y->span, true)
                     : makeUnary(Op::Neg, std::move(y), integerType(64, true),
                                 form->span);
  // Somewhere inside: the struct that the pointer led to is not there.
  ValueType type = x->type;
  bool stays = isLiteral(y) && y->integer == 0;
  if (!stays && isProgramSpace(type.space)) {
    type.pointee.clear();
    type.arrayBytes = 0;
    type.bits = 64; // no longer as the context has it
  }
  return makeOffset(std::move(x), std::move(y), type, form->span);
}

} // namespace

NodePtr arithmetic(Analyzer &a, const Form *form, Op op, NodePtr x, NodePtr y) {
  if (isError(x))
    return x;
  if (isError(y))
    return y;
  for (const Node *operand : {x.get(), y.get()})
    if (operand->kind == NodeKind::MapRef)
      return a.fail(form, Kind::MapAsValue,
                    {lispName(a.result.maps[operand->index].name)});
  for (const Node *operand : {x.get(), y.get()})
    if (operand->kind == NodeKind::StringRef)
      return a.fail(form, Kind::StringAsNumber);
  if (NodePtr pointer = offsetPointer(a, form, op, x, y))
    return pointer;
  bool isSigned = isSignedTogether(op, x, y);
  if (isSigned)
    op = signedVersion(op);
  if (isLiteral(x) && isLiteral(y))
    if (std::optional<uint64_t> value =
            foldConstants(op, x->integer, y->integer))
      return makeInteger(*value, form->span, isSigned && int64_t(*value) < 0);
  return makeBinary(op, std::move(x), std::move(y), integerType(64, isSigned),
                    form->span);
}

void unifySigns(std::vector<NodePtr> &operands) {
  auto isNumber = [](const NodePtr &node) {
    return !isLiteral(node) && !isError(node);
  };
  auto isUnsigned = [&](const NodePtr &node) {
    return isNumber(node) && !node->type.isSigned;
  };
  bool hasPointer = llvm::any_of(
      operands, [](const NodePtr &node) { return node->type.isPointer; });
  bool isSigned = llvm::none_of(operands, isUnsigned);
  if (isSigned && llvm::none_of(operands, isNumber))
    return;
  for (NodePtr &node : operands) {
    // Two literals side by side are signed as the whole is.
    if (isLiteral(node) && !hasPointer)
      node->type.isSigned = isSigned;
    if (isSigned || !isNumber(node) || !node->type.isSigned ||
        node->type.isPointer)
      continue;
    SourceSpan span = node->span;
    node = makeConvert(std::move(node), integerType(), span);
  }
}

NodePtr add(Analyzer &a, const Form *form, NodePtr x, NodePtr y) {
  return arithmetic(a, form, Op::Add, std::move(x), std::move(y));
}

NodePtr analyzeFold(Analyzer &a, const Call &call) {
  Op op = Op(call.data);
  if (call.args.empty())
    return makeInteger(op == Op::Mul   ? 1
                       : op == Op::And ? ~uint64_t(0)
                                       : 0,
                       call.form->span, op == Op::And);
  std::vector<NodePtr> operands = a.expressions(call.args);
  if (operands.size() > 2)
    unifySigns(operands);
  NodePtr value = std::move(operands[0]);
  if (operands.size() == 1 && op == Op::Sub) {
    if (isError(value))
      return value;
    if (isLiteral(value))
      return makeInteger(0 - value->integer, call.form->span,
                         int64_t(0 - value->integer) < 0);
    ValueType type = integerType(64, value->type.isSigned);
    return makeUnary(Op::Neg, std::move(value), type, call.form->span);
  }
  for (size_t i = 1; i < operands.size(); ++i)
    value =
        arithmetic(a, call.form, op, std::move(value), std::move(operands[i]));
  return value;
}

NodePtr analyzeDivide(Analyzer &a, const Call &call) {
  NodePtr x = a.expression(call.args[0]);
  NodePtr y = a.expression(call.args[1]);
  if (isError(x) || isError(y))
    return makeError(call.form->span);
  if (isLiteral(y) && y->integer == 0)
    return a.fail(call.args[1], Kind::DivisionByZero,
                  {toString(call.form->cons.car)});
  Op op = Op(call.data);
  if (op == Op::ModS && !isSignedTogether(op, x, y))
    op = Op::RemU;
  return arithmetic(a, call.form, op, std::move(x), std::move(y));
}

NodePtr analyzeStep(Analyzer &a, const Call &call) {
  return arithmetic(a, call.form, Op(call.data), a.expression(call.args[0]),
                    makeInteger(1, call.form->span));
}

namespace {

std::optional<uint64_t> foldUnary(Op op, const Node &operand) {
  uint64_t x = operand.integer;
  switch (op) {
  case Op::Not:
    return ~x;
  case Op::Abs:
    return operand.type.isSigned && int64_t(x) < 0 ? 0 - x : x;
  case Op::Log2:
    return x == 0 ? 0 : llvm::Log2_64(x);
  case Op::ByteSwap16:
    return llvm::byteswap(uint16_t(x));
  case Op::ByteSwap32:
    return llvm::byteswap(uint32_t(x));
  case Op::ByteSwap64:
    return llvm::byteswap(x);
  default:
    return std::nullopt;
  }
}

NodePtr unary(Analyzer &a, const Call &call, Op op) {
  NodePtr value = a.expression(call.args[0]);
  if (isError(value))
    return value;
  bool isSigned = value->type.isSigned && (op == Op::Abs || op == Op::Not);
  if (isLiteral(value))
    if (std::optional<uint64_t> folded = foldUnary(op, *value))
      return makeInteger(*folded, call.form->span,
                         op == Op::Not && int64_t(*folded) < 0);
  // The absolute value of an unsigned number is itself.
  if (op == Op::Abs && !value->type.isSigned)
    return value;
  return makeUnary(op, std::move(value), integerType(64, isSigned),
                   call.form->span);
}

} // namespace

NodePtr analyzeUnary(Analyzer &a, const Call &call) {
  return unary(a, call, Op(call.data));
}

/// BPF programs have the byte order of the kernel they run on; both targets
/// supported are little-endian.
NodePtr analyzeNetwork(Analyzer &a, const Call &call) {
  return unary(a, call,
               call.data == 16   ? Op::ByteSwap16
               : call.data == 32 ? Op::ByteSwap32
                                 : Op::ByteSwap64);
}

namespace {

bool checkCount(Analyzer &a, const Form *form, const NodePtr &count) {
  if (isError(count))
    return false;
  if (!isLiteral(count) || count->integer < 64)
    return true;
  a.report(form, Kind::ShiftTooFar, {std::to_string(int64_t(count->integer))});
  return false;
}

NodePtr shift(const Form *form, Op op, NodePtr value, NodePtr count) {
  bool isSigned =
      op == Op::ShiftRightS || (op == Op::ShiftLeft && value->type.isSigned);
  if (isLiteral(value) && isLiteral(count)) {
    uint64_t result = *foldConstants(op, value->integer, count->integer);
    return makeInteger(result, form->span, isSigned && int64_t(result) < 0);
  }
  return makeBinary(op, std::move(value), std::move(count),
                    integerType(64, isSigned), form->span);
}

} // namespace

NodePtr analyzeShift(Analyzer &a, const Call &call) {
  NodePtr value = a.expression(call.args[0]);
  NodePtr count = a.expression(call.args[1]);
  if (isError(value) || !checkCount(a, call.args[1], count))
    return makeError(call.form->span);
  Op op = Op(call.data);
  if (op == Op::ShiftRightU && value->type.isSigned && !isLiteral(value))
    a.report(call.form, Kind::LogicalShiftOfSigned, {describe(value->type)});
  return shift(call.form, op, std::move(value), std::move(count));
}

NodePtr analyzeAsh(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  NodePtr value = a.expression(call.args[0]);
  NodePtr count = a.expression(call.args[1]);
  if (isError(value) || isError(count))
    return makeError(span);
  Op right = value->type.isSigned ? Op::ShiftRightS : Op::ShiftRightU;
  if (isLiteral(count)) {
    bool isLeft = int64_t(count->integer) >= 0;
    if (!isLeft)
      count = makeInteger(0 - count->integer, count->span);
    if (!checkCount(a, call.args[1], count))
      return makeError(span);
    return shift(call.form, isLeft ? Op::ShiftLeft : right, std::move(value),
                 std::move(count));
  }
  std::vector<NodePtr> sequence;
  ValueType type = value->type;
  Variable *x = a.once(std::move(value), sequence);
  Variable *n = a.once(std::move(count), sequence);
  NodePtr test = makeBinary(Op::LtS, makeRef(n, span), makeInteger(0, span),
                            integerType(), span);
  NodePtr down = makeBinary(
      right, makeRef(x, span),
      makeUnary(Op::Neg, makeRef(n, span), integerType(), span), type, span);
  NodePtr up =
      makeBinary(Op::ShiftLeft, makeRef(x, span), makeRef(n, span), type, span);
  sequence.push_back(
      makeIf(std::move(test), std::move(down), std::move(up), span));
  return makeSequence(std::move(sequence), span);
}

NodePtr analyzeLdb(Analyzer &a, const Call &call) {
  llvm::SmallVector<const Form *, 8> parts = items(call.args[0]);
  if (!call.args[0]->isCons() || parts.size() != 3 ||
      !parts[0]->isNamed("BYTE"))
    return a.fail(call.args[0], Kind::MalformedByte, {toString(call.args[0])});
  std::optional<uint64_t> size = a.constant(parts[1]);
  std::optional<uint64_t> position = a.constant(parts[2]);
  NodePtr value = a.expression(call.args[1]);
  if (!size || !position || isError(value))
    return makeError(call.form->span);
  if (*position >= 64 || *size == 0 || *size > 64)
    return a.fail(call.args[0], Kind::MalformedByte, {toString(call.args[0])});
  uint64_t mask = *size == 64 ? ~uint64_t(0) : (uint64_t(1) << *size) - 1;
  value = shift(call.form, Op::ShiftRightU, std::move(value),
                makeInteger(*position, call.form->span));
  value->type.isSigned = false;
  return arithmetic(a, call.form, Op::And, std::move(value),
                    makeInteger(mask, call.form->span));
}

} // namespace whistler::compiler
