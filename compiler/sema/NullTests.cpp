// Which variables a test shows to be other than 0, so that an untested look-up
// is an error wherever that is certain, and only there.
//
// Tests are read as they are written: a variable, `(not …)`, `(and …)`,
// `(or …)`, comparisons with 0. Any other use of a look-up's result may be a
// test in disguise; such a variable is in `tested` and never reported.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

bool isZero(const Form *form) {
  return form->isNil() || (form->isInteger() && form->integer == 0);
}

void append(NullFacts &facts, const NullFacts &more, bool swapped) {
  const auto &yes = swapped ? more.whenFalse : more.whenTrue;
  const auto &no = swapped ? more.whenTrue : more.whenFalse;
  facts.whenTrue.insert(facts.whenTrue.end(), yes.begin(), yes.end());
  facts.whenFalse.insert(facts.whenFalse.end(), no.begin(), no.end());
}

/// `(= p 0)` and its kin: the operand that is not 0, or null.
const Form *comparedWithZero(Forms parts) {
  if (parts.size() != 3)
    return nullptr;
  if (isZero(parts[2]))
    return parts[1];
  return isZero(parts[1]) ? parts[2] : nullptr;
}

NullFacts factsOf(Analyzer &a, const Form *form);

/// Facts of `(and …)`, which hold when all do, and of `(or …)`.
NullFacts factsOfAll(Analyzer &a, Forms parts, bool isAnd) {
  NullFacts all;
  for (const Form *part : parts.drop_front())
    append(all, factsOf(a, part), false);
  (isAnd ? all.whenFalse : all.whenTrue).clear();
  return all;
}

NullFacts factsOf(Analyzer &a, const Form *form) {
  NullFacts facts;
  if (form->isSymbol() && !form->isKeyword()) {
    const Variable *variable = a.find(form->symbol);
    if (variable && variable->type.isPointer && variable->type.maybeNull)
      facts.whenTrue.push_back(variable);
    return facts;
  }
  if (!form->isCons() || !form->cons.car->isSymbol() || !isProperList(form))
    return facts;
  llvm::SmallVector<const Form *, 4> parts = items(form);
  const Form *head = parts[0];
  bool negates =
      head->isNamed("NOT") || head->isNamed("NULL") || head->isNamed("ZEROP");
  if (negates && parts.size() == 2)
    append(facts, factsOf(a, parts[1]), true);
  else if (head->isNamed("AND") || head->isNamed("OR"))
    facts = factsOfAll(a, parts, head->isNamed("AND"));
  else if (head->isNamed("=") || head->isNamed("/=")) {
    const Form *compared = comparedWithZero(parts);
    if (compared && compared->isSymbol())
      append(facts, factsOf(a, compared), head->isNamed("="));
  }
  return facts;
}

} // namespace

NodePtr analyzeTest(Analyzer &a, const Form *form, NullFacts &facts) {
  facts = factsOf(a, form);
  std::vector<const Variable *> fresh;
  for (const auto *list : {&facts.whenTrue, &facts.whenFalse})
    for (const Variable *variable : *list)
      if (!a.function->tested.contains(variable))
        fresh.push_back(variable);
  NodePtr node = a.expression(form);
  for (const Variable *variable : fresh)
    a.function->tested.erase(variable);
  return node;
}

Branches::Branches(Analyzer &a, const NullFacts &facts)
    : facts_(a.function->nonNull), before_(facts_), tests_(facts) {}

void Branches::startThen() {
  facts_.insert(tests_.whenTrue.begin(), tests_.whenTrue.end());
}

void Branches::startElse() {
  afterThen_ = facts_;
  facts_ = before_;
  facts_.insert(tests_.whenFalse.begin(), tests_.whenFalse.end());
}

void Branches::join(const NodePtr &then, const NodePtr &otherwise) {
  if (then && neverReturns(*then))
    return; // as it is after the other arm
  if (otherwise && neverReturns(*otherwise)) {
    facts_ = afterThen_;
    return;
  }
  llvm::DenseSet<const Variable *> both;
  for (const Variable *variable : facts_)
    if (afterThen_.contains(variable))
      both.insert(variable);
  facts_ = std::move(both);
}

} // namespace whistler::compiler
