// Comparisons: 0 or 1. (< a b c) compares neighbours, each operand evaluated
// once. The sign is that of the operands that are not literals; one signed and
// one unsigned operand is compared unsigned, with a warning.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

Op signedVersion(Op op) {
  switch (op) {
  case Op::LtU:
    return Op::LtS;
  case Op::LeU:
    return Op::LeS;
  case Op::GtU:
    return Op::GtS;
  case Op::GeU:
    return Op::GeS;
  default:
    return op;
  }
}

NodePtr compare(Analyzer &a, const Form *form, Op op, NodePtr x, NodePtr y) {
  if (isError(x) || isError(y))
    return makeError(form->span);
  if (x->kind == NodeKind::StringRef || y->kind == NodeKind::StringRef)
    return a.fail(form, Kind::StringAsNumber);
  bool bothLiteral = isLiteral(x) && isLiteral(y);
  bool anySigned = x->type.isSigned || y->type.isSigned;
  bool allSigned =
      (isLiteral(x) || x->type.isSigned) && (isLiteral(y) || y->type.isSigned);
  bool isMixed = !isLiteral(x) && !isLiteral(y) && anySigned && !allSigned;
  if (isMixed && signedVersion(op) != op)
    a.report(form, Kind::MixedSigns, {describe(x->type), describe(y->type)});
  if (bothLiteral ? anySigned : allSigned)
    op = signedVersion(op);
  return makeBinary(op, std::move(x), std::move(y), integerType(), form->span);
}

/// A warning when one operand of several is signed and another is not.
void checkSigns(Analyzer &a, const Call &call,
                const std::vector<NodePtr> &nodes) {
  const Node *with = nullptr, *without = nullptr;
  for (const NodePtr &node : nodes)
    if (!isLiteral(node) && !isError(node))
      (node->type.isSigned ? with : without) = node.get();
  if (with && without && signedVersion(Op(call.data)) != Op(call.data))
    a.report(call.form, Kind::MixedSigns,
             {describe(with->type), describe(without->type)});
}

/// An operand that is used twice: a variable, or the literal again.
class Operand {
public:
  Operand(Analyzer &a, NodePtr node, std::vector<NodePtr> &sequence) {
    if (isLiteral(node))
      literal_ = std::move(node);
    else
      variable_ = a.once(std::move(node), sequence);
  }
  NodePtr use(SourceSpan span) const {
    return literal_ ? makeInteger(literal_->integer, literal_->span,
                                  literal_->type.isSigned)
                    : makeRef(variable_, span);
  }

private:
  Variable *variable_ = nullptr;
  NodePtr literal_;
};

/// x < y < z: both hold. Each operand is evaluated once.
NodePtr compareChain(Analyzer &a, const Call &call, std::vector<NodePtr> nodes,
                     bool allPairs) {
  SourceSpan span = call.form->span;
  if (llvm::any_of(nodes, [](const NodePtr &node) { return isError(node); }))
    return makeError(span);
  checkSigns(a, call, nodes);
  unifySigns(nodes);
  std::vector<NodePtr> sequence;
  std::vector<Operand> values;
  for (NodePtr &node : nodes)
    values.emplace_back(a, std::move(node), sequence);
  NodePtr all;
  for (size_t i = 0; i + 1 < values.size(); ++i)
    for (size_t j = i + 1; j < (allPairs ? values.size() : i + 2); ++j) {
      NodePtr pair = compare(a, call.form, Op(call.data), values[i].use(span),
                             values[j].use(span));
      all = all ? makeBinary(Op::And, std::move(all), std::move(pair),
                             integerType(), span)
                : std::move(pair);
    }
  sequence.push_back(std::move(all));
  return makeSequence(std::move(sequence), span);
}

} // namespace

NodePtr analyzeCompare(Analyzer &a, const Call &call) {
  std::vector<NodePtr> nodes = a.expressions(call.args);
  if (nodes.size() == 1)
    return isError(nodes[0]) ? std::move(nodes[0])
                             : makeInteger(1, call.form->span);
  Op op = Op(call.data);
  if (nodes.size() == 2)
    return compare(a, call.form, op, std::move(nodes[0]), std::move(nodes[1]));
  return compareChain(a, call, std::move(nodes), op == Op::Ne);
}

NodePtr analyzeSign(Analyzer &a, const Call &call) {
  NodePtr value = a.expression(call.args[0]);
  if (isError(value))
    return value;
  Op op = Op(call.data);
  if (!value->type.isSigned && op == Op::GtS)
    op = Op::Ne;
  return makeBinary(op, std::move(value), makeInteger(0, call.form->span),
                    integerType(), call.form->span);
}

} // namespace whistler::compiler
