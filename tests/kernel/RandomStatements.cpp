// Random programs with a known meaning: loops, branches, functions, records and
// maps around the terms of RandomTerms.cpp, and for each what it does.

#include "RandomStatements.h"

#include <algorithm>
#include <utility>

namespace whistler::test {

namespace {

constexpr unsigned kStackObjects = 2;

const Statement *live(const Statement &statement, unsigned n) {
  for (const Statement &part : statement.parts)
    if (!part.isDropped && n-- == 0)
      return &part;
  return nullptr;
}

Flow runPart(const Statement *part, Machine &machine) {
  return part ? part->run(*part, machine) : Flow::Next;
}

Flow runParts(const Statement &statement, Machine &machine) {
  return runAll(statement.parts, machine);
}

/// Round after round while `goesOn` says so.
Flow runLoop(const Statement &loop, Machine &machine,
             const std::function<bool(uint64_t)> &goesOn) {
  for (uint64_t round = 0; goesOn(round); ++round) {
    Flow flow = runParts(loop, machine);
    if (flow == Flow::Return)
      return flow;
    if (flow == Flow::Break)
      break;
  }
  return Flow::Next;
}

} // namespace

std::string StatementGenerator::declare(const std::string &name,
                                        const ScalarType &type,
                                        const std::string &value,
                                        unsigned cell) {
  auto isNamed = [&](const auto &known) { return known.text == name; };
  std::erase_if(variables_, isNamed);
  std::erase_if(constants_, isNamed);
  variables_.push_back({name, &type, [=](Machine &) { return cell; }});
  return "(" + name + " " + type.name + " " + value + ")";
}

void StatementGenerator::declareObject(const std::string &name, unsigned cell) {
  pointers_.push_back({name, cell});
}

std::vector<Statement> StatementGenerator::block(unsigned depth) {
  Scope outside = scope();
  std::vector<Statement> result;
  for (unsigned left = 1 + below(3); left > 0; --left)
    result.push_back(statement(depth));
  leave(std::move(outside));
  return result;
}

Statement StatementGenerator::sequence(const std::string &head,
                                       unsigned depth) {
  return {head, ")", block(depth), false, runParts};
}

Statement StatementGenerator::effect(Term term) {
  return {term.text, "", {}, false, [=](const Statement &, Machine &machine) {
            term.value(machine);
            return Flow::Next;
          }};
}

Statement StatementGenerator::tableStore() {
  Term at = key();
  if (oneIn(5))
    return {"(remmap table " + at.text + ")",
            "",
            {},
            false,
            [=](const Statement &, Machine &machine) {
              machine.table.erase(at.value(machine));
              return Flow::Next;
            }};
  Term value = operand(2);
  return {"(setf (getmap table " + at.text + ") " + value.text + ")",
          "",
          {},
          false,
          [=](const Statement &, Machine &machine) {
            uint64_t where = at.value(machine);
            machine.table[where] = value.value(machine);
            return Flow::Next;
          }};
}

Statement StatementGenerator::simple() {
  if (oneIn(6))
    return tableStore();
  if (oneIn(8))
    return effect(term(3));
  Place to = place();
  Term x = operand(3);
  unsigned choice = below(4);
  static const char *const kHeads[] = {"(setf ", "(setf ", "(incf ", "(decf "};
  return {kHeads[choice] + to.text + " " + x.text + ")",
          "",
          {},
          false,
          [=](const Statement &, Machine &machine) {
            uint64_t cell = to.cell(machine), value = x.value(machine);
            uint64_t old = machine.cells[cell];
            const uint64_t stored[] = {value, value, old + value, old - value};
            machine.cells[cell] = cut(*to.type, stored[choice]);
            return Flow::Next;
          }};
}

Statement StatementGenerator::branch(unsigned depth) {
  Term test = term(2);
  if (oneIn(3))
    return {"(if " + test.text,
            ")",
            {sequence("(progn 0", depth - 1), sequence("(progn 0", depth - 1)},
            false,
            [=](const Statement &self, Machine &machine) {
              bool holds = test.value(machine) != 0;
              return runPart(live(self, holds ? 0 : 1), machine);
            }};
  bool isWhen = oneIn(2);
  return {(isWhen ? "(when " : "(unless ") + test.text + " 0", ")",
          block(depth - 1), false,
          [=](const Statement &self, Machine &machine) {
            bool holds = test.value(machine) != 0;
            return holds == isWhen ? runParts(self, machine) : Flow::Next;
          }};
}

/// `cond`, or `case` of small keys.
Statement StatementGenerator::clauses(unsigned depth) {
  bool isCase = oneIn(2);
  Term subject = term(2);
  Statement result{
      isCase ? "(case (logand " + subject.text + " 3)" : "(cond", ")", {}};
  std::vector<std::function<uint64_t(Machine &)>> tests;
  for (unsigned i = 0; i < 2; ++i) {
    Term test = term(2);
    std::string head = isCase ? "(" + std::to_string(i) : "(" + test.text;
    result.parts.push_back(sequence(head + " 0", depth - 1));
    tests.push_back(test.value);
  }
  result.parts.push_back(sequence("(t 0", depth - 1));
  result.run = [=](const Statement &self, Machine &machine) {
    uint64_t key = isCase ? subject.value(machine) & 3 : 0;
    for (size_t i = 0; i < self.parts.size(); ++i) {
      const Statement &clause = self.parts[i];
      if (clause.isDropped)
        continue;
      bool isLast = i == tests.size();
      if (isLast || (isCase ? key == i : tests[i](machine) != 0))
        return runParts(clause, machine);
    }
    return Flow::Next;
  };
  return result;
}

/// `dotimes` or `bpf-loop`. The verifier follows every way through every round:
/// few rounds in all, however loops are nested.
Statement StatementGenerator::loop(unsigned depth) {
  Scope outside = scope();
  bool isCallback = !inCallback_ && oneIn(3);
  std::string name = fresh("i");
  unsigned room = rounds_;
  uint64_t most = isCallback ? 8 : 1 + below(std::min(room, 5u));
  rounds_ = std::max(1u, room / unsigned(isCallback ? 4 : most));
  Term count = {std::to_string(most), Sign::Literal,
                [=](Machine &) { return most; }};
  std::string limit;
  if (oneIn(2)) {
    Term n = term(1);
    count = {"(logand " + n.text + " 7)", n.sign,
             [=](Machine &machine) { return n.value(machine) & 7; }};
    limit = isCallback ? "" : " :max " + std::to_string(most);
  }
  unsigned cell = newCells();
  constants_.push_back({"(cast u64 " + name + ")", Sign::Unsigned,
                        [=](Machine &machine) { return machine.cells[cell]; }});
  bool wasInCallback = std::exchange(inCallback_, inCallback_ || isCallback);
  ++loops_;
  Statement result{(isCallback ? "(bpf-loop (" : "(dotimes (") + name + " " +
                       count.text + limit + ")",
                   ")", block(depth - 1), false,
                   [=](const Statement &self, Machine &machine) {
                     uint64_t rounds = std::min(count.value(machine), most);
                     return runLoop(self, machine, [&](uint64_t round) {
                       machine.cells[cell] = round;
                       return round < rounds;
                     });
                   }};
  if (oneIn(2))
    result.parts.push_back(leaving());
  --loops_;
  rounds_ = room;
  inCallback_ = wasInCallback;
  leave(std::move(outside));
  return result;
}

Statement StatementGenerator::whileLoop(unsigned depth) {
  unsigned room = rounds_;
  uint64_t most = 1 + below(std::min(room, 5u));
  rounds_ = std::max(1u, room / unsigned(most));
  isPure_ = true;
  Term test = term(2);
  isPure_ = false;
  ++loops_;
  Statement result{"(while " + test.text + " :max " + std::to_string(most), ")",
                   block(depth - 1), false,
                   [=](const Statement &self, Machine &machine) {
                     return runLoop(self, machine, [&](uint64_t round) {
                       return round < most && test.value(machine) != 0;
                     });
                   }};
  if (oneIn(2))
    result.parts.push_back(leaving());
  --loops_;
  rounds_ = room;
  return result;
}

/// Of a loop, or of the program.
Statement StatementGenerator::leaving() {
  Term test = term(1);
  struct Row {
    const char *head;
    Flow flow;
  };
  static const Row kWays[] = {{"(break)", Flow::Break},
                              {"(continue)", Flow::Continue}};
  Term value = operand(1);
  bool isReturn = loops_ == 0 || oneIn(4);
  Row way = isReturn ? Row{"", Flow::Return} : oneOf(kWays);
  std::string text = isReturn ? "(return " + value.text + ")" : way.head;
  return {"(when " + test.text + " " + text + ")",
          "",
          {},
          false,
          [=](const Statement &, Machine &machine) {
            if (test.value(machine) == 0)
              return Flow::Next;
            if (isReturn)
              machine.result = value.value(machine);
            return way.flow;
          }};
}

/// A variable, at times one that hides another.
Statement StatementGenerator::binding(unsigned depth) {
  Scope outside = scope();
  Term x = operand(2);
  const ScalarType &type = scalarType();
  std::string name =
      oneIn(3) ? "v" + std::to_string(below(kInputs)) : fresh("x");
  unsigned cell = newCells();
  std::string text = declare(name, type, x.text, cell);
  Statement result{"(let (" + text + ")", ")", block(depth - 1), false,
                   [=, &type](const Statement &self, Machine &machine) {
                     machine.cells[cell] = cut(type, x.value(machine));
                     return runParts(self, machine);
                   }};
  leave(std::move(outside));
  return result;
}

/// A struct on the stack.
Statement StatementGenerator::object(unsigned depth) {
  Scope outside = scope();
  std::string name = fresh("o");
  unsigned pointer = newCells(), base = newCells(struct_.cells);
  unsigned count = struct_.cells;
  ++objects_;
  declareObject(name, pointer);
  Statement result{"(let ((" + name + " (make-" + struct_.name + ")))", ")",
                   block(depth - 1), false,
                   [=](const Statement &self, Machine &machine) {
                     machine.cells[pointer] = base;
                     std::fill_n(machine.cells.begin() + base, count, 0);
                     return runParts(self, machine);
                   }};
  leave(std::move(outside));
  return result;
}

/// One that lives in a map.
Statement StatementGenerator::mapObject(unsigned depth) {
  Scope outside = scope();
  std::string name = fresh("m");
  Term which = term(1);
  unsigned pointer = newCells(), first = firstObject_, count = struct_.cells;
  declareObject(name, pointer);
  Statement result{"(when-let ((" + name + " (map-lookup objects" +
                       std::to_string(index_) + " (logand " + which.text +
                       " 1))))",
                   ")", block(depth - 1), false,
                   [=](const Statement &self, Machine &machine) {
                     uint64_t at = which.value(machine) & (kObjects - 1);
                     machine.cells[pointer] = first + at * count;
                     return runParts(self, machine);
                   }};
  leave(std::move(outside));
  return result;
}

/// A ring-buffer record: what leaves it early discards it.
Statement StatementGenerator::record(unsigned depth) {
  Scope outside = scope();
  std::string name = fresh("e");
  unsigned pointer = newCells(), base = newCells(struct_.cells);
  declareObject(name, pointer);
  inRecord_ = true;
  RandomStruct layout = struct_;
  Statement result{"(with-ringbuf (" + name + " events " + struct_.name + ")",
                   ")", block(depth - 1), false,
                   [=](const Statement &self, Machine &machine) {
                     machine.cells[pointer] = base;
                     std::fill_n(machine.cells.begin() + base, layout.cells, 0);
                     size_t at = machine.records.size();
                     machine.records.emplace_back();
                     Flow flow = runParts(self, machine);
                     if (flow == Flow::Next)
                       machine.records[at] = layout.image(machine, base);
                     return flow;
                   }};
  if (oneIn(3))
    result.parts.push_back(leaving());
  inRecord_ = false;
  leave(std::move(outside));
  return result;
}

Statement StatementGenerator::statement(unsigned depth) {
  if (++statements_ > kMostStatements || depth == 0)
    return simple();
  switch (below(14)) {
  case 0:
  case 1:
    return branch(depth);
  case 2:
    return clauses(depth);
  case 3:
  case 4:
    return loops_ < 2 ? loop(depth) : simple();
  case 5:
    return loops_ < 2 ? whileLoop(depth) : simple();
  case 6:
  case 7:
    return binding(depth);
  case 8:
    return objects_ < kStackObjects ? object(depth) : simple();
  case 9:
    return mapObject(depth);
  case 10:
    return inRecord_ ? simple() : record(depth);
  case 11:
    return oneIn(3) ? leaving() : simple();
  default:
    return simple();
  }
}

} // namespace whistler::test
