// Random programs: chases through kernel structs, branches, loops, maps and
// ring-buffer records between the reads that RandomExpressions.cpp makes.

#include "RandomProgram.h"
#include "RandomExpressions.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace whistler::test {

namespace {

/// Of one program: enough for every shape, small enough for hundreds of them.
constexpr unsigned kMostStatements = 14;

class Generator : ExpressionGenerator {
public:
  Generator(uint64_t seed, unsigned index) : ExpressionGenerator(seed, index) {}

  RandomProgram program();

private:
  /// Shapes that the oldest kernel of the matrix can't run (`bpf-loop`, the
  /// current task as a trusted pointer) are in the later programs of a seed:
  /// the matrix takes the first ones.
  bool isForNewKernels() const { return index_ >= 100; }
  std::string fresh(const char *stem) {
    return stem + std::to_string(++names_);
  }
  const std::string &target() {
    return settable_[below(unsigned(settable_.size()))];
  }

  std::vector<Statement> block(unsigned depth);
  Statement statement(unsigned depth);
  Statement branch(unsigned depth);
  Statement loop(unsigned depth);
  Statement ancestors(unsigned depth);
  Statement chase(unsigned depth);
  Statement choice(unsigned depth);
  Statement leaving();
  Statement function();
  Statement record(unsigned depth);
  Statement cell(unsigned depth);
  Statement simple();

  unsigned names_ = 0, statements_ = 0, loops_ = 0;
  bool inRecord_ = false;
  std::vector<std::string> settable_;
};

Statement Generator::simple() {
  std::string result =
      "(getmap results " + std::to_string(below(kResults)) + ")";
  switch (below(9)) {
  case 0:
    return {"(incf (getmap table " + key() + ") " + value(2) + ")", "", {}};
  case 1:
    return {"(setf (getmap table " + key() + ") " + value(2) + ")", "", {}};
  case 2:
    return {oneIn(2) ? "(barrier)" : "(ktime-get-ns)", "", {}};
  case 3:
    return {"(incf " + target() + " " + value(2) + ")", "", {}};
  case 4:
  case 5:
    return {"(setf " + target() + " " + value(3) + ")", "", {}};
  case 6:
    return {"(incf " + result + " " + value(2) + ")", "", {}};
  default:
    return {"(setf " + result + " " + value(3) + ")", "", {}};
  }
}

std::vector<Statement> Generator::block(unsigned depth) {
  size_t pointers = pointers_.size(), values = values_.size();
  std::vector<Statement> result;
  for (unsigned left = 1 + below(3); left > 0; --left)
    result.push_back(statement(depth));
  pointers_.resize(pointers);
  values_.resize(values);
  return result;
}

Statement Generator::branch(unsigned depth) {
  switch (below(4)) {
  case 0:
    return {"(if " + condition(),
            ")",
            {{"(progn 0", ")", block(depth - 1)},
             {"(progn 0", ")", block(depth - 1)}}};
  case 1:
    return {"(unless " + condition() + " 0", ")", block(depth - 1)};
  case 2:
    return {"(cond",
            ")",
            {{"(" + condition() + " 0", ")", block(depth - 1)},
             {"(" + condition() + " 0", ")", block(depth - 1)},
             {"(t 0", ")", block(depth - 1)}}};
  default:
    return {"(when " + condition() + " 0", ")", block(depth - 1)};
  }
}

/// `dotimes`, `bpf-loop` or `while`, at times left early.
Statement Generator::loop(unsigned depth) {
  std::string variable = fresh("i"), head = "(dotimes (" + variable + " ";
  bool isWhile = oneIn(4);
  if (isWhile)
    head = "(while " + condition() + " :max " + std::to_string(1 + below(4));
  else if (isForNewKernels() && oneIn(4))
    head = "(bpf-loop (" + variable + " " + std::to_string(1 + below(9)) + ")";
  else if (oneIn(2))
    head += std::to_string(1 + below(4)) + ")";
  else
    head += "(logand " + value(1) + " 7) :max 4)";
  ++loops_;
  if (!isWhile)
    values_.push_back(variable);
  Statement result{head, ")", block(depth - 1)};
  if (oneIn(3))
    result.parts.push_back(
        {"(when " + condition() + (oneIn(2) ? " (break))" : " (continue))"),
         "",
         {}});
  if (!isWhile)
    values_.pop_back();
  --loops_;
  return result;
}

/// `case`, or a pointer that is tested and bound at once.
Statement Generator::choice(unsigned depth) {
  if (oneIn(2)) {
    Statement result{"(case (logand " + value(2) + " 7)", ")", {}};
    for (const char *keys : {"((1 3) 0", "(2 0", "(t 0"})
      result.parts.push_back({keys, ")", block(depth - 1)});
    return result;
  }
  RandomPointer at = pointer();
  std::string name = fresh("q");
  Statement result{"(when-let ((" + name + " " + at.text + "))", ")", {}};
  pointers_.push_back({name, at.record, at.isOwn});
  result.parts = block(depth - 1);
  pointers_.pop_back();
  return result;
}

/// The program, or the function, here and now.
Statement Generator::leaving() {
  return {"(when " + condition() + " (return " + value(1) + "))", "", {}};
}

/// Reads through an address that it is given.
Statement Generator::function() {
  static const char *const kRecords[] = {"task-struct", "task-struct", "file",
                                         "inode", "cred"};
  Function self{"fn" + std::to_string(index_) + "-" +
                    std::to_string(functions_.size()),
                oneOf(kRecords)};
  pointers_ = {{"task", "task-struct", true}, {"p", self.record}};
  values_ = settable_ = {"x"};
  Statement result{"(defsubprog " + self.name + " ((p (ptr " + self.record +
                       ")) (x " + scalarType() + ")) -> " + scalarType(),
                   ")",
                   {}};
  Statement body{"(let ((task (get-current-task)))", ")", {}};
  for (unsigned left = below(3); left > 0; --left)
    body.parts.push_back(statement(1));
  body.parts.push_back({value(3), "", {}});
  result.parts.push_back(std::move(body));
  pointers_.clear();
  values_.clear();
  settable_.clear();
  statements_ = 0;
  functions_.push_back(self);
  return result;
}

/// A walk along the parents: the base changes from round to round.
Statement Generator::ancestors(unsigned depth) {
  std::string walker = fresh("w");
  ++loops_;
  pointers_.push_back({walker, "task-struct"});
  Statement body{"(dotimes (" + fresh("i") + " " +
                     std::to_string(1 + below(4)) + ")",
                 ")", block(depth - 1)};
  body.parts.push_back(
      {"(setf " + walker + " (task-struct-real-parent " + walker + "))",
       "",
       {}});
  pointers_.pop_back();
  --loops_;
  return {"(let ((" + walker + " " +
              (oneIn(2) ? "task" : "(task-struct-real-parent task)") + "))",
          ")",
          {body}};
}

/// A pointer in a variable, and what is done with it.
Statement Generator::chase(unsigned depth) {
  RandomPointer at = pointer();
  if (oneIn(4)) {
    std::string other = garbageTo(at.record);
    at = {"(if " + condition() + " " + at.text + " " + other + ")", at.record};
  }
  std::string name = fresh("p");
  Statement result{"(let ((" + name + " " + at.text + "))", ")", {}};
  pointers_.push_back({name, at.record, at.isOwn});
  result.parts = block(depth - 1);
  pointers_.pop_back();
  return result;
}

/// Fields of a record in any order, some left out, sometimes left early.
Statement Generator::record(unsigned depth) {
  std::string name = fresh("e");
  std::vector<std::string> fields = {"a", "b", "c", "d", "e", "f"};
  std::shuffle(fields.begin(), fields.end(), random_);
  Statement result{"(with-ringbuf (" + name + " events rec)", ")", {}};
  inRecord_ = true;
  for (size_t i = 0; i < fields.size(); ++i)
    if (!oneIn(4))
      result.parts.push_back({(oneIn(6) ? "(incf (rec-" : "(setf (rec-") +
                                  fields[i] + " " + name + ") " +
                                  (oneIn(3) ? value(2) : read(1)) + ")",
                              "",
                              {}});
  if (oneIn(2))
    result.parts.push_back(
        {"(setf (rec-comm " + name + ") (task-struct-comm task))", "", {}});
  if (depth > 0 && oneIn(2))
    result.parts.push_back(branch(depth));
  if (oneIn(5))
    result.parts.push_back(
        {"(when " + condition() + " (return " + value(1) + "))", "", {}});
  inRecord_ = false;
  return result;
}

/// A struct in a map or on the stack.
Statement Generator::cell(unsigned) {
  std::string name = fresh("c"), of = "(cell-";
  bool isMap = oneIn(2);
  Statement result{isMap ? "(when-let ((" + name + " (map-lookup cells " +
                               std::to_string(below(kCells)) + ")))"
                         : "(let ((" + name + " (make-cell)))",
                   ")",
                   {}};
  for (const char *field : {"a", "b", "c", "d"})
    if (!oneIn(3))
      result.parts.push_back({(oneIn(4) ? "(decf " : "(setf ") + of + field +
                                  " " + name + ") " + value(2) + ")",
                              "",
                              {}});
  const std::string &sum = target();
  result.parts.push_back({"(incf " + sum + " (logxor " + of + "a " + name +
                              ") " + of + "d " + name + ")))",
                          "",
                          {}});
  return result;
}

Statement Generator::statement(unsigned depth) {
  if (++statements_ > kMostStatements || depth == 0)
    return simple();
  switch (below(12)) {
  case 0:
  case 1:
    return branch(depth);
  case 2:
    return loops_ < 2 ? loop(depth) : simple();
  case 3:
    return loops_ < 2 ? ancestors(depth) : simple();
  case 4:
    return chase(depth);
  case 5:
    return inRecord_ ? cell(depth) : record(depth);
  case 6:
    return cell(depth);
  case 7:
    return choice(depth);
  case 8:
    return oneIn(4) ? leaving() : simple();
  default:
    return simple();
  }
}

RandomProgram Generator::program() {
  RandomProgram result;
  for (unsigned left = below(3); left > 0; --left)
    result.functions.push_back(function());
  pointers_.push_back({"task", "task-struct", true});
  result.name = "random" + std::to_string(index_);
  result.type = oneIn(3) ? "xdp" : "tc";
  bool isTrusted = isForNewKernels() && oneIn(4);
  std::string bindings =
      isTrusted ? "(task (get-current-task-btf))" : "(task (get-current-task))";
  for (const char *name : {"v0", "v1", "v2"}) {
    bindings += std::string(" (") + name + " " + scalarType() + " " +
                std::to_string(below(100)) + ")";
    values_.push_back(name);
    settable_.push_back(name);
  }
  Statement whole{"(let* (" + bindings + ")", ")", {}};
  for (unsigned left = 2 + below(4); left > 0; --left)
    whole.parts.push_back(statement(3));
  whole.parts.push_back(
      {"(setf (getmap results 0) (+ (getmap results 0) v0))", "", {}});
  whole.parts.push_back({"(logxor v1 v2)", "", {}});
  result.body.push_back(std::move(whole));
  return result;
}

void render(const Statement &statement, unsigned indent, std::string &text) {
  if (statement.isDropped)
    return;
  text += "\n" + std::string(indent * 2, ' ') + statement.head;
  for (const Statement &part : statement.parts)
    render(part, indent + 1, text);
  text += statement.tail;
}

} // namespace

std::string render(const std::vector<Statement> &statements) {
  std::string text;
  for (const Statement &statement : statements)
    render(statement, 1, text);
  return text;
}

void shrink(std::vector<Statement> &statements,
            const std::function<bool()> &stillFails) {
  for (Statement &statement : statements) {
    statement.isDropped = !statement.isKept;
    if (!statement.isKept && stillFails())
      continue;
    statement.isDropped = false;
    shrink(statement.parts, stillFails);
  }
}

std::string RandomProgram::source() const {
  std::string text;
  for (const Statement &function : functions)
    render(function, 0, text);
  return text + "\n(defprog " + name + " (:type :" + type + ")" + render(body) +
         ")\n";
}

Sequence sequence() {
  Sequence result;
  if (const char *text = std::getenv("WHISTLER_RANDOM_PROGRAMS"))
    std::istringstream(text) >> result.count >> result.seed;
  return result;
}

Refusal classify(const std::string &refusal) {
  if (refusal.empty())
    return Refusal::None;
  if (refusal.find("error: program `") != std::string::npos)
    return Refusal::CodeGeneration;
  return refusal.find(" error: ") != std::string::npos ? Refusal::Mistake
                                                       : Refusal::Kernel;
}

std::string randomPreamble() {
  return randomImports() +
         "(defstruct rec (a u64) (b u32) (c i16) (d u8) (comm (array u8 16))\n"
         "  (e i64) (f u16))\n"
         "(defstruct cell (a u64) (b u32) (c u16) (d i8))\n"
         "(defmap results :type :array :key-type u32 :value-type u64\n"
         "  :max-entries " +
         std::to_string(kResults) +
         ")\n"
         "(defmap cells :type :array :key-type u32 :value-type cell\n"
         "  :max-entries " +
         std::to_string(kCells) +
         ")\n"
         "(defmap table :type :hash :key-type u64 :value-type u64\n"
         "  :max-entries 4096)\n"
         "(defmap events :type :ringbuf :max-entries 65536)\n";
}

RandomProgram randomProgram(uint64_t seed, unsigned index) {
  return Generator(seed, index).program();
}

} // namespace whistler::test
