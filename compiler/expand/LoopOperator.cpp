// `loop` of the compile-time Lisp: the simple form, which goes round until a
// `return`, and the clauses that macros are written with. A clause is a row of
// a table; the words may be symbols or keywords.
//
// Drivers (for, repeat, with) are stepped first in each round, in the order
// written, then the other clauses run in theirs. A driver that ends ends the
// loop, and the value is what was accumulated.

#include "expand/Evaluator.h"

#include <optional>

namespace whistler::compiler {

namespace {

/// `for x …`, `repeat n`, `with x = e`.
struct Driver {
  enum class Kind { In, On, From, Equals, Repeat };
  Kind kind = Kind::Equals;
  const Form *variable = nullptr; ///< a symbol, a pattern, or null
  const Form *first = nullptr, *then = nullptr, *limit = nullptr,
             *step = nullptr;
  bool isDown = false, isExclusive = false;
  // While the loop runs.
  const Form *list = nullptr;
  WideInteger at = 0, end = 0, by = 1;
};

struct Clause {
  enum class Kind {
    While,
    Until,
    Collect,
    Append,
    Sum,
    Count,
    Maximize,
    Minimize,
    Do,
    Return,
    Always,
    Never,
    Thereis,
  };
  Kind kind = Kind::Do;
  std::vector<const Form *> forms;
  const Form *test = nullptr; ///< of `when` and `unless` around it
  bool wanted = true;
};

class Loop {
public:
  Loop(Evaluator &ev, const Form *form, Environment scope)
      : ev_(ev), form_(form), scope_(scope) {}

  const Form *run();

private:
  struct Word {
    llvm::StringLiteral name;
    bool (Loop::*parse)(int data);
    int data;
  };
  static const Word kWords[];

  const Form *malformed(llvm::StringRef what) {
    return ev_.fail(form_, DiagnosticKind::MalformedForm, {"loop", what.str()});
  }
  bool isWord(llvm::StringRef name) const {
    return !rest_.empty() && rest_[0]->isSymbol() &&
           rest_[0]->symbol->name == name;
  }
  bool takeWord(llvm::StringRef name) {
    bool found = isWord(name);
    if (found)
      rest_ = rest_.drop_front();
    return found;
  }
  bool takeForm(const Form *&into);

  bool parse();
  bool parseClause();
  bool parseFor(int);
  bool parseRange(Driver &driver);
  bool parseRepeat(int);
  bool parseWith(int);
  bool parseOne(int kind);
  bool parseDo(int);
  bool parseConditional(int wanted);
  bool parseFinally(int);

  bool start(Driver &driver);
  bool startRange(Driver &driver);
  std::optional<WideInteger> number(const Form *form);
  bool bindVariable(const Driver &driver, const Form *value);
  enum class Round { Goes, Ends, Failed };
  Round advance(Driver &driver, bool isFirst);
  Round oneRound(bool isFirst);
  Round runClause(const Clause &clause);
  Round accumulate(const Clause &clause, const Form *value);
  Round accumulateNumber(const Clause &clause, const Form *value);
  const Form *simple();
  const Form *result();

  Evaluator &ev_;
  const Form *form_;
  Environment scope_;
  llvm::SmallVector<const Form *, 8> all_;
  Arguments rest_;
  std::vector<Driver> drivers_;
  std::vector<Clause> clauses_;
  std::vector<const Form *> finally_;
  llvm::SmallVector<const Form *, 8> collected_;
  llvm::DenseMap<const Symbol *, Binding *> variables_;
  std::optional<WideInteger> total_;
  const Form *value_ = nullptr; ///< of always, never, thereis
  bool collects_ = false;
};

const Loop::Word Loop::kWords[] = {
    {"FOR", &Loop::parseFor, 0},
    {"AS", &Loop::parseFor, 0},
    {"REPEAT", &Loop::parseRepeat, 0},
    {"WITH", &Loop::parseWith, 0},
    {"WHILE", &Loop::parseOne, int(Clause::Kind::While)},
    {"UNTIL", &Loop::parseOne, int(Clause::Kind::Until)},
    {"COLLECT", &Loop::parseOne, int(Clause::Kind::Collect)},
    {"COLLECTING", &Loop::parseOne, int(Clause::Kind::Collect)},
    {"APPEND", &Loop::parseOne, int(Clause::Kind::Append)},
    {"NCONC", &Loop::parseOne, int(Clause::Kind::Append)},
    {"SUM", &Loop::parseOne, int(Clause::Kind::Sum)},
    {"SUMMING", &Loop::parseOne, int(Clause::Kind::Sum)},
    {"COUNT", &Loop::parseOne, int(Clause::Kind::Count)},
    {"MAXIMIZE", &Loop::parseOne, int(Clause::Kind::Maximize)},
    {"MINIMIZE", &Loop::parseOne, int(Clause::Kind::Minimize)},
    {"RETURN", &Loop::parseOne, int(Clause::Kind::Return)},
    {"ALWAYS", &Loop::parseOne, int(Clause::Kind::Always)},
    {"NEVER", &Loop::parseOne, int(Clause::Kind::Never)},
    {"THEREIS", &Loop::parseOne, int(Clause::Kind::Thereis)},
    {"DO", &Loop::parseDo, 0},
    {"DOING", &Loop::parseDo, 0},
    {"WHEN", &Loop::parseConditional, 1},
    {"IF", &Loop::parseConditional, 1},
    {"UNLESS", &Loop::parseConditional, 0},
    {"FINALLY", &Loop::parseFinally, 0},
};

bool Loop::takeForm(const Form *&into) {
  if (rest_.empty()) {
    malformed("a clause ends without its form");
    return false;
  }
  into = rest_.front();
  rest_ = rest_.drop_front();
  return true;
}

bool Loop::parse() {
  while (!rest_.empty())
    if (!parseClause())
      return false;
  return true;
}

bool Loop::parseClause() {
  for (const Word &word : kWords)
    if (takeWord(word.name))
      return (this->*word.parse)(word.data);
  std::vector<std::string> names;
  for (const Word &word : kWords)
    names.push_back(word.name.lower());
  std::string seen = toString(rest_[0]);
  malformed("`" + seen + "` begins no clause" + didYouMean(seen, names));
  return false;
}

bool Loop::parseFor(int) {
  Driver driver;
  if (!takeForm(driver.variable))
    return false;
  if (takeWord("IN") || takeWord("ACROSS"))
    driver.kind = Driver::Kind::In;
  else if (takeWord("ON"))
    driver.kind = Driver::Kind::On;
  else if (!takeWord("="))
    return parseRange(driver);
  if (!takeForm(driver.first))
    return false;
  if (driver.kind == Driver::Kind::Equals) {
    driver.then = driver.first;
    if (takeWord("THEN") && !takeForm(driver.then))
      return false;
  }
  drivers_.push_back(driver);
  return true;
}

bool Loop::parseRange(Driver &driver) {
  driver.kind = Driver::Kind::From;
  bool seen = false;
  for (;; seen = true) {
    driver.isDown |= isWord("DOWNFROM") || isWord("DOWNTO") || isWord("ABOVE");
    driver.isExclusive |= isWord("BELOW") || isWord("ABOVE");
    bool ok = true;
    if (takeWord("FROM") || takeWord("UPFROM") || takeWord("DOWNFROM"))
      ok = takeForm(driver.first);
    else if (takeWord("TO") || takeWord("UPTO") || takeWord("DOWNTO") ||
             takeWord("BELOW") || takeWord("ABOVE"))
      ok = takeForm(driver.limit);
    else if (takeWord("BY"))
      ok = takeForm(driver.step);
    else
      break;
    if (!ok)
      return false;
  }
  if (!seen) {
    malformed("`for` goes on with `in`, `on`, `=`, `from`, `to` or `below`");
    return false;
  }
  drivers_.push_back(driver);
  return true;
}

bool Loop::parseRepeat(int) {
  Driver driver;
  driver.kind = Driver::Kind::Repeat;
  if (!takeForm(driver.limit))
    return false;
  drivers_.push_back(driver);
  return true;
}

bool Loop::parseWith(int) {
  Driver driver;
  if (!takeForm(driver.variable))
    return false;
  driver.first = ev_.nil();
  if (takeWord("=") && !takeForm(driver.first))
    return false;
  drivers_.push_back(driver);
  return true;
}

bool Loop::parseOne(int kind) {
  Clause clause;
  clause.kind = Clause::Kind(kind);
  clause.forms.resize(1);
  if (!takeForm(clause.forms[0]))
    return false;
  collects_ |= clause.kind == Clause::Kind::Collect ||
               clause.kind == Clause::Kind::Append;
  if (clause.kind == Clause::Kind::Sum || clause.kind == Clause::Kind::Count)
    total_ = 0;
  if (clause.kind == Clause::Kind::Always || clause.kind == Clause::Kind::Never)
    value_ = ev_.boolean(true);
  clauses_.push_back(std::move(clause));
  return true;
}

bool Loop::parseDo(int) {
  Clause clause;
  while (!rest_.empty() && rest_[0]->isCons()) {
    clause.forms.push_back(rest_[0]);
    rest_ = rest_.drop_front();
  }
  clauses_.push_back(std::move(clause));
  return true;
}

/// `when test clause [and clause]…`
bool Loop::parseConditional(int wanted) {
  const Form *test = nullptr;
  if (!takeForm(test))
    return false;
  do {
    size_t before = clauses_.size();
    if (rest_.empty())
      malformed("`when` has no clause");
    if (rest_.empty() || !parseClause())
      return false;
    for (size_t i = before; i < clauses_.size(); ++i)
      if (!clauses_[i].test) {
        clauses_[i].test = test;
        clauses_[i].wanted = wanted != 0;
      }
  } while (takeWord("AND"));
  return true;
}

bool Loop::parseFinally(int) {
  takeWord("DO");
  bool returns = takeWord("RETURN");
  while (!rest_.empty() && (rest_[0]->isCons() || returns)) {
    const Form *form = rest_[0];
    rest_ = rest_.drop_front();
    if (returns)
      form = ev_.list({ev_.symbol(ev_.forms().intern("RETURN"), form_), form},
                      form_);
    returns = false;
    finally_.push_back(form);
  }
  return true;
}

std::optional<WideInteger> Loop::number(const Form *form) {
  const Form *value = ev_.eval(form, scope_);
  if (value && isNumber(value))
    return wideValue(value);
  if (value)
    ev_.typeError(form_, value, "an integer");
  return std::nullopt;
}

bool Loop::startRange(Driver &driver) {
  std::optional<WideInteger> first =
      driver.first ? number(driver.first) : WideInteger(0);
  std::optional<WideInteger> step =
      first && driver.step ? number(driver.step) : WideInteger(1);
  std::optional<WideInteger> limit =
      step && driver.limit ? number(driver.limit) : WideInteger(0);
  if (!first || !step || !limit)
    return false;
  driver.at = *first;
  driver.by = driver.isDown ? -*step : *step;
  driver.end = *limit;
  return true;
}

bool Loop::start(Driver &driver) {
  if (driver.kind == Driver::Kind::From || driver.kind == Driver::Kind::Repeat)
    return startRange(driver);
  if (driver.kind == Driver::Kind::Equals)
    return true;
  driver.list = ev_.eval(driver.first, scope_);
  if (!driver.list)
    return false;
  driver.list = asList(ev_, driver.list, form_);
  return driver.list != nullptr;
}

bool Loop::bindVariable(const Driver &driver, const Form *value) {
  if (driver.variable->isNil())
    return true;
  if (!driver.variable->isSymbol())
    return ev_.bind(driver.variable, value, form_, scope_, false);
  Binding *&own = variables_[driver.variable->symbol];
  if (!own) {
    ev_.push(scope_, driver.variable->symbol, value);
    own = scope_.variables;
  }
  own->value = value;
  return true;
}

Loop::Round Loop::advance(Driver &driver, bool isFirst) {
  if (isFirst && !start(driver))
    return Round::Failed;
  const Form *value = nullptr;
  switch (driver.kind) {
  case Driver::Kind::In:
  case Driver::Kind::On:
    if (!driver.list->isCons())
      return Round::Ends;
    value =
        driver.kind == Driver::Kind::On ? driver.list : driver.list->cons.car;
    driver.list = driver.list->cons.cdr;
    break;
  case Driver::Kind::Repeat:
    return driver.at++ < driver.end ? Round::Goes : Round::Ends;
  case Driver::Kind::From: {
    WideInteger left = (driver.end - driver.at) * (driver.by < 0 ? -1 : 1);
    if (driver.limit && (driver.isExclusive ? left <= 0 : left < 0))
      return Round::Ends;
    value = ev_.integer(driver.at, form_);
    driver.at += driver.by;
    break;
  }
  case Driver::Kind::Equals:
    if (!isFirst && !driver.then)
      return Round::Goes; // `with`
    value = ev_.eval(isFirst ? driver.first : driver.then, scope_);
    break;
  }
  return value && bindVariable(driver, value) ? Round::Goes : Round::Failed;
}

Loop::Round Loop::accumulateNumber(const Clause &clause, const Form *value) {
  if (clause.kind == Clause::Kind::Count) {
    total_ = *total_ + (isTrue(value) ? 1 : 0);
    return Round::Goes;
  }
  if (!isNumber(value)) {
    ev_.typeError(form_, value, "an integer");
    return Round::Failed;
  }
  WideInteger number = wideValue(value);
  if (clause.kind == Clause::Kind::Sum)
    total_ = *total_ + number;
  else if (clause.kind == Clause::Kind::Maximize)
    total_ = total_ ? std::max(*total_, number) : number;
  else
    total_ = total_ ? std::min(*total_, number) : number;
  return Round::Goes;
}

Loop::Round Loop::accumulate(const Clause &clause, const Form *value) {
  switch (clause.kind) {
  case Clause::Kind::While:
    return isTrue(value) ? Round::Goes : Round::Ends;
  case Clause::Kind::Until:
    return isTrue(value) ? Round::Ends : Round::Goes;
  case Clause::Kind::Collect:
    collected_.push_back(value);
    return Round::Goes;
  case Clause::Kind::Append:
    for (const Form *item : items(value))
      collected_.push_back(item);
    return Round::Goes;
  case Clause::Kind::Always:
  case Clause::Kind::Never:
    if (isTrue(value) == (clause.kind == Clause::Kind::Always))
      return Round::Goes;
    value_ = ev_.nil();
    return Round::Ends;
  case Clause::Kind::Thereis:
    value_ = value;
    return isTrue(value) ? Round::Ends : Round::Goes;
  case Clause::Kind::Return:
    ev_.leave(ev_.forms().intern("NIL"), value);
    return Round::Failed;
  default:
    return accumulateNumber(clause, value);
  }
}

Loop::Round Loop::runClause(const Clause &clause) {
  if (clause.test) {
    const Form *test = ev_.eval(clause.test, scope_);
    if (!test)
      return Round::Failed;
    if (isTrue(test) != clause.wanted)
      return Round::Goes;
  }
  for (const Form *form : clause.forms) {
    const Form *value = ev_.eval(form, scope_);
    if (!value)
      return Round::Failed;
    if (clause.kind == Clause::Kind::Do)
      continue;
    if (Round round = accumulate(clause, value); round != Round::Goes)
      return round;
  }
  return Round::Goes;
}

Loop::Round Loop::oneRound(bool isFirst) {
  if (!ev_.charge(form_))
    return Round::Failed;
  for (Driver &driver : drivers_)
    if (Round round = advance(driver, isFirst); round != Round::Goes)
      return round;
  for (const Clause &clause : clauses_)
    if (Round round = runClause(clause); round != Round::Goes)
      return round;
  return Round::Goes;
}

const Form *Loop::simple() {
  const Form *body = form_->cons.cdr;
  while (ev_.charge(form_) && ev_.progn(body, scope_)) {
  }
  return ev_.caught(ev_.forms().intern("NIL"));
}

const Form *Loop::result() {
  for (const Form *form : finally_)
    if (!ev_.eval(form, scope_))
      return ev_.caught(ev_.forms().intern("NIL"));
  if (value_)
    return value_;
  if (total_)
    return ev_.integer(*total_, form_);
  return collects_ ? ev_.list(collected_, form_) : ev_.nil();
}

const Form *Loop::run() {
  all_ = items(form_->cons.cdr);
  rest_ = all_;
  if (rest_.empty() || rest_[0]->isCons())
    return simple();
  if (!parse())
    return nullptr;
  Round round = Round::Goes;
  for (bool isFirst = true; round == Round::Goes; isFirst = false)
    round = oneRound(isFirst);
  return round == Round::Ends ? result()
                              : ev_.caught(ev_.forms().intern("NIL"));
}

const Form *opLoop(Evaluator &ev, const Form *form, Environment scope) {
  return Loop(ev, form, scope).run();
}

constexpr OperatorRow kRows[] = {{"LOOP", 0, -1, opLoop}};

} // namespace

llvm::ArrayRef<OperatorRow> loopOperators() { return kRows; }

} // namespace whistler::compiler
