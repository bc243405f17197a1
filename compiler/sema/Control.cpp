// Sequence and choice. Every form has a defined value: what is skipped is 0.
// A `return` discards the ring-buffer records that are open around it.

#include "Analyzer.h"

namespace whistler::compiler {

NodePtr analyzeQuote(Analyzer &a, const Call &call) {
  const Form *datum = call.args[0];
  if (datum->isInteger() || datum->isNil() ||
      datum->kind == Form::Kind::Character)
    return a.expression(datum);
  return a.fail(call.form, Kind::QuotedDatum, {toString(datum)});
}

NodePtr analyzeTemplate(Analyzer &a, const Call &call) {
  return a.fail(call.form, Kind::QuotedDatum, {toString(call.form)});
}

NodePtr analyzeProgn(Analyzer &a, const Call &call) {
  return a.body(call.args, call.form->span);
}

NodePtr analyzeProg1(Analyzer &a, const Call &call) {
  std::vector<NodePtr> items;
  NodePtr first = a.expression(call.args[0]);
  Variable *kept = a.once(std::move(first), items);
  for (const Form *form : call.args.drop_front())
    items.push_back(a.expression(form));
  items.push_back(makeRef(kept, call.form->span));
  return makeSequence(std::move(items), call.form->span);
}

NodePtr analyzeIf(Analyzer &a, const Call &call) {
  NullFacts facts;
  NodePtr test = analyzeTest(a, call.args[0], facts);
  Branches branches(a, facts);
  branches.startThen();
  NodePtr then = a.expression(call.args[1]);
  branches.startElse();
  NodePtr otherwise =
      call.args.size() > 2 ? a.expression(call.args[2]) : nullptr;
  branches.join(then, otherwise);
  return makeIf(std::move(test), std::move(then), std::move(otherwise),
                call.form->span);
}

NodePtr analyzeWhen(Analyzer &a, const Call &call) {
  NullFacts facts;
  NodePtr test = analyzeTest(a, call.args[0], facts);
  if (call.data == 0) {
    std::swap(facts.whenTrue, facts.whenFalse);
    test = makeUnary(Op::LogicalNot, std::move(test), integerType(),
                     call.args[0]->span);
  }
  Branches branches(a, facts);
  branches.startThen();
  NodePtr then = a.body(call.args.drop_front(), call.form->span);
  branches.startElse();
  branches.join(then, nullptr);
  return makeIf(std::move(test), std::move(then), nullptr, call.form->span);
}

namespace {

/// Clauses from `rest` on, as nested ifs.
NodePtr condClauses(Analyzer &a, Forms clauses, SourceSpan span) {
  if (clauses.empty())
    return nullptr;
  const Form *clause = clauses.front();
  if (!clause->isCons())
    return a.fail(clause, Kind::MalformedClause, {toString(clause)});
  llvm::SmallVector<const Form *, 8> parts = items(clause);
  NullFacts facts;
  if (parts.size() > 1) {
    NodePtr test = analyzeTest(a, parts[0], facts);
    Branches branches(a, facts);
    branches.startThen();
    NodePtr then = a.body(Forms(parts).drop_front(), clause->span);
    if (parts[0]->isNamed("T"))
      return then;
    branches.startElse();
    NodePtr rest = condClauses(a, clauses.drop_front(), span);
    branches.join(then, rest);
    return makeIf(std::move(test), std::move(then), std::move(rest), span);
  }
  // A clause without a body gives its test.
  NodePtr test = a.expression(parts[0]);
  std::vector<NodePtr> sequence;
  Variable *value = a.once(std::move(test), sequence);
  NodePtr rest = condClauses(a, clauses.drop_front(), span);
  sequence.push_back(makeIf(makeRef(value, span), makeRef(value, span),
                            std::move(rest), span));
  return makeSequence(std::move(sequence), span);
}

NodePtr foldAnd(Analyzer &a, Forms forms, SourceSpan span) {
  if (forms.size() == 1)
    return a.expression(forms.front());
  NullFacts facts;
  NodePtr first = analyzeTest(a, forms.front(), facts);
  Branches branches(a, facts);
  branches.startThen();
  NodePtr rest = foldAnd(a, forms.drop_front(), span);
  branches.startElse();
  branches.join(rest, nullptr);
  return makeIf(std::move(first), std::move(rest), nullptr, span);
}

/// 0 or 1 by construction: `or` need not keep the value.
bool isTruth(const Node &node) {
  return (node.kind == NodeKind::Binary && node.op >= Op::Eq &&
          node.op <= Op::GeS) ||
         (node.kind == NodeKind::Unary && node.op == Op::LogicalNot);
}

NodePtr foldOr(Analyzer &a, Forms forms, SourceSpan span) {
  NodePtr first = a.expression(forms.front());
  if (forms.size() == 1)
    return first;
  if (isTruth(*first)) {
    NodePtr rest = foldOr(a, forms.drop_front(), span);
    return makeIf(std::move(first), makeInteger(1, span), std::move(rest),
                  span);
  }
  std::vector<NodePtr> sequence;
  Variable *value = a.once(std::move(first), sequence);
  NodePtr rest = foldOr(a, forms.drop_front(), span);
  sequence.push_back(makeIf(makeRef(value, span), makeRef(value, span),
                            std::move(rest), span));
  return makeSequence(std::move(sequence), span);
}

} // namespace

NodePtr analyzeCond(Analyzer &a, const Call &call) {
  NodePtr node = condClauses(a, call.args, call.form->span);
  return node ? std::move(node) : makeInteger(0, call.form->span);
}

NodePtr analyzeAnd(Analyzer &a, const Call &call) {
  return call.args.empty() ? makeInteger(1, call.form->span)
                           : foldAnd(a, call.args, call.form->span);
}

NodePtr analyzeOr(Analyzer &a, const Call &call) {
  return call.args.empty() ? makeInteger(0, call.form->span)
                           : foldOr(a, call.args, call.form->span);
}

NodePtr analyzeNot(Analyzer &a, const Call &call) {
  NodePtr node = a.expression(call.args[0]);
  if (isError(node))
    return node;
  return makeUnary(Op::LogicalNot, std::move(node), integerType(),
                   call.form->span);
}

NodePtr analyzeReturn(Analyzer &a, const Call &call) {
  uint64_t quiet = a.function->type ? a.function->type->result : 0;
  NodePtr value = call.args.empty() ? makeInteger(quiet, call.form->span)
                                    : a.expression(call.args[0]);
  return leaveWith(a, std::move(value), call.form->span);
}

} // namespace whistler::compiler
