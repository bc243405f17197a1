// Loops: a bound is always there, because the kernel's verifier wants to see
// the end. `break` and `continue` discard the records opened inside the loop.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

constexpr uint64_t kUnrollRounds = 8;

/// Records opened inside the innermost loop.
size_t recordsOutsideLoop(const FunctionState &function) {
  size_t keep = function.records.size();
  while (keep > 0 && function.records[keep - 1].loopDepth == function.loopDepth)
    --keep;
  return keep;
}

struct LoopHeader {
  const Form *variable = nullptr, *count = nullptr, *result = nullptr;
  const Form *limit = nullptr; ///< of :max
};

std::optional<LoopHeader> parseHeader(Analyzer &a, const Form *form) {
  llvm::SmallVector<const Form *, 8> parts = items(form);
  LoopHeader header;
  if (form->isCons() && parts.size() >= 2 && parts[0]->isSymbol()) {
    header.variable = parts[0];
    header.count = parts[1];
    size_t i = 2;
    for (; i < parts.size(); ++i) {
      bool isMax = parts[i]->isKeyword() && parts[i]->symbol->name == "MAX";
      if (isMax && i + 1 < parts.size())
        header.limit = parts[++i];
      else if (!header.result && !parts[i]->isKeyword())
        header.result = parts[i];
      else
        break;
    }
    if (i == parts.size())
      return header;
  }
  a.report(form, Kind::MalformedLoopHeader, {toString(form)});
  return std::nullopt;
}

NodePtr loopBody(Analyzer &a, Forms forms, SourceSpan span) {
  ++a.function->loopDepth;
  NodePtr body = a.body(forms, span);
  --a.function->loopDepth;
  return body;
}

} // namespace

NodePtr analyzeDotimes(Analyzer &a, const Call &call) {
  SourceSpan span = call.form->span;
  std::optional<LoopHeader> header = parseHeader(a, call.args[0]);
  if (!header)
    return makeError(span);
  std::vector<NodePtr> sequence;
  NodePtr count = a.expression(header->count);
  if (isError(count))
    return count;
  bool isConstant = isLiteral(count);
  uint64_t rounds = isConstant ? count->integer : 0;
  bool isSigned = !isConstant && count->type.isSigned;
  if (!isConstant && !header->limit)
    return a.fail(header->count, Kind::UnboundedLoop,
                  {toString(header->count)});
  uint64_t limit = 0;
  if (header->limit) {
    std::optional<uint64_t> value = a.constant(header->limit);
    if (!value)
      return makeError(span);
    limit = *value;
  }
  Variable *bound = isConstant ? nullptr : a.once(std::move(count), sequence);
  size_t outer = a.function->scope.size();
  Variable *index =
      a.declare(header->variable->symbol, integerType(64, isSigned),
                header->variable->span);
  sequence.push_back(makeAssign(index, makeInteger(0, span), span));
  NodePtr loop = makeNode(NodeKind::Loop, integerType(), span);
  loop->maxRounds = isConstant ? 0 : limit;
  loop->unroll = isConstant && rounds <= kUnrollRounds;
  loop->children.push_back(
      makeBinary(isSigned ? Op::LtS : Op::LtU, makeRef(index, span),
                 bound ? makeRef(bound, span) : makeInteger(rounds, span),
                 integerType(), span));
  loop->children.push_back(loopBody(a, call.args.drop_front(), span));
  loop->children.push_back(
      makeAssign(index,
                 makeBinary(Op::Add, makeRef(index, span), makeInteger(1, span),
                            index->type, span),
                 span));
  sequence.push_back(std::move(loop));
  sequence.push_back(header->result ? a.expression(header->result)
                                    : makeInteger(0, span));
  a.function->scope.resize(outer);
  return makeSequence(std::move(sequence), span);
}

NodePtr analyzeWhile(Analyzer &a, const Call &call) {
  Forms rest = call.args.drop_front();
  bool hasMax = rest.size() >= 2 && rest[0]->isKeyword() &&
                rest[0]->symbol->name == "MAX";
  if (!hasMax)
    return a.fail(call.form, Kind::MissingOption,
                  {toString(call.form->cons.car), ":max"});
  std::optional<uint64_t> limit = a.constant(rest[1]);
  if (!limit)
    return makeError(call.form->span);
  NodePtr loop = makeNode(NodeKind::Loop, integerType(), call.form->span);
  loop->maxRounds = *limit;
  loop->children.push_back(a.expression(call.args[0]));
  loop->children.push_back(loopBody(a, rest.drop_front(2), call.form->span));
  loop->children.push_back(nullptr);
  if (*limit == 0)
    return makeInteger(0, call.form->span);
  return loop;
}

NodePtr analyzeBreak(Analyzer &a, const Call &call) {
  if (a.function->loopDepth == 0 && a.function->callback)
    return leaveRound(a, call.data == 0, call.form->span);
  if (a.function->loopDepth == 0)
    return a.fail(call.form, Kind::OutsideLoop,
                  {toString(call.form->cons.car)});
  std::vector<NodePtr> sequence;
  discardRecords(a, sequence, recordsOutsideLoop(*a.function), call.form->span);
  sequence.push_back(makeNode(call.data ? NodeKind::Continue : NodeKind::Break,
                              integerType(), call.form->span));
  return makeSequence(std::move(sequence), call.form->span);
}

} // namespace whistler::compiler
