// Random programs: chases through kernel structs, branches, loops, maps and
// ring-buffer records between reads. A program only reads fields that don't
// change while it is run again in another mode (ids, start times, the
// executable's file, credentials), through pointers that are good (the current
// task and what it leads to) or wholly unreadable: null, small, poisoned, not
// canonical. Division, shifts and indices are written so that no constant
// mistake is in them: every program must compile.

#include "RandomProgram.h"

#include <algorithm>
#include <map>
#include <random>

namespace whistler::test {

namespace {

enum class Kind { Scalar, Pointer, Embedded, Bytes, Structs };

struct FieldRow {
  const char *record, *field;
  Kind kind;
  const char *leadsTo;  ///< record of a pointer; type of a plain scalar, or ""
  unsigned count = 0;   ///< elements of an array
  bool ownOnly = false; ///< stable of the running task only
};

const FieldRow kFields[] = {
    {"task-struct", "pid", Kind::Scalar, "i32"},
    {"task-struct", "tgid", Kind::Scalar, "i32"},
    {"task-struct", "flags", Kind::Scalar, "u32", 0, true},
    {"task-struct", "exit-code", Kind::Scalar, "i32"},
    {"task-struct", "exit-signal", Kind::Scalar, "i32"},
    {"task-struct", "static-prio", Kind::Scalar, "i32", 0, true},
    {"task-struct", "normal-prio", Kind::Scalar, "i32", 0, true},
    {"task-struct", "policy", Kind::Scalar, "u32", 0, true},
    {"task-struct", "personality", Kind::Scalar, "u32"},
    {"task-struct", "start-time", Kind::Scalar, "u64"},
    {"task-struct", "start-boottime", Kind::Scalar, "u64"},
    {"task-struct", "self-exec-id", Kind::Scalar, ""},
    {"task-struct", "parent-exec-id", Kind::Scalar, ""},
    {"task-struct", "pdeath-signal", Kind::Scalar, "i32"},
    {"task-struct", "nr-cpus-allowed", Kind::Scalar, "i32", 0, true},
    {"task-struct", "in-execve", Kind::Scalar, ""},
    {"task-struct", "sched-reset-on-fork", Kind::Scalar, ""},
    {"task-struct", "no-cgroup-migration", Kind::Scalar, ""},
    {"task-struct", "comm", Kind::Bytes, "", 16},
    {"task-struct", "group-leader", Kind::Pointer, "task-struct"},
    {"task-struct", "real-parent", Kind::Pointer, "task-struct"},
    {"task-struct", "parent", Kind::Pointer, "task-struct"},
    {"task-struct", "mm", Kind::Pointer, "mm-struct"},
    {"task-struct", "cred", Kind::Pointer, "cred"},
    {"task-struct", "real-cred", Kind::Pointer, "cred"},
    {"task-struct", "signal", Kind::Pointer, "signal-struct"},
    {"task-struct", "thread-pid", Kind::Pointer, "pid"},
    {"task-struct", "fs", Kind::Pointer, "fs-struct"},
    {"mm-struct", "mmap-base", Kind::Scalar, "u64"},
    {"mm-struct", "task-size", Kind::Scalar, "u64"},
    {"mm-struct", "def-flags", Kind::Scalar, "u64"},
    {"mm-struct", "start-code", Kind::Scalar, "u64"},
    {"mm-struct", "end-code", Kind::Scalar, "u64"},
    {"mm-struct", "start-data", Kind::Scalar, "u64"},
    {"mm-struct", "start-brk", Kind::Scalar, "u64"},
    {"mm-struct", "start-stack", Kind::Scalar, "u64"},
    {"mm-struct", "arg-start", Kind::Scalar, "u64"},
    {"mm-struct", "env-end", Kind::Scalar, "u64"},
    {"mm-struct", "exe-file", Kind::Pointer, "file"},
    {"mm-struct", "user-ns", Kind::Pointer, "user-namespace"},
    {"file", "f-mode", Kind::Scalar, "u32"},
    {"file", "f-flags", Kind::Scalar, "u32"},
    {"file", "f-inode", Kind::Pointer, "inode"},
    {"file", "f-cred", Kind::Pointer, "cred"},
    {"inode", "i-mode", Kind::Scalar, "u16"},
    {"inode", "i-ino", Kind::Scalar, "u64"},
    {"inode", "i-rdev", Kind::Scalar, "u32"},
    {"inode", "i-size", Kind::Scalar, "i64"},
    {"inode", "i-generation", Kind::Scalar, "u32"},
    {"inode", "i-blkbits", Kind::Scalar, "u8"},
    {"inode", "i-uid", Kind::Embedded, "kuid-t"},
    {"inode", "i-sb", Kind::Pointer, "super-block"},
    {"super-block", "s-dev", Kind::Scalar, "u32"},
    {"super-block", "s-blocksize-bits", Kind::Scalar, "u8"},
    {"super-block", "s-blocksize", Kind::Scalar, "u64"},
    {"super-block", "s-maxbytes", Kind::Scalar, "i64"},
    {"super-block", "s-magic", Kind::Scalar, "u64"},
    {"super-block", "s-id", Kind::Bytes, "", 32},
    {"kuid-t", "val", Kind::Scalar, "u32"},
    {"cred", "uid", Kind::Embedded, "kuid-t"},
    {"cred", "euid", Kind::Embedded, "kuid-t"},
    {"cred", "securebits", Kind::Scalar, "u32"},
    {"cred", "user-ns", Kind::Pointer, "user-namespace"},
    {"user-namespace", "level", Kind::Scalar, "i32"},
    {"user-namespace", "owner", Kind::Embedded, "kuid-t"},
    {"signal-struct", "leader", Kind::Scalar, "i32"},
    {"signal-struct", "group-exit-code", Kind::Scalar, "i32"},
    {"signal-struct", "oom-score-adj", Kind::Scalar, "i16"},
    {"signal-struct", "oom-score-adj-min", Kind::Scalar, "i16"},
    {"signal-struct", "is-child-subreaper", Kind::Scalar, ""},
    {"signal-struct", "has-child-subreaper", Kind::Scalar, ""},
    {"signal-struct", "rlim", Kind::Structs, "rlimit", 16},
    {"rlimit", "rlim-cur", Kind::Scalar, "u64"},
    {"rlimit", "rlim-max", Kind::Scalar, "u64"},
    {"pid", "level", Kind::Scalar, "u32"},
    {"fs-struct", "umask", Kind::Scalar, "i32"},
    {"fs-struct", "in-exec", Kind::Scalar, "i32"},
};

/// Addresses that no machine can read: null, a small number, list poison, not
/// canonical, the last one (what it leads to wraps around).
const char *const kGarbage[] = {"0",
                                "1",
                                "0x1000",
                                "0xdead000000000100",
                                "0x4141414141414141",
                                "0xffffffffffffffff"};

const char *const kBinary[] = {
    "+", "-",  "*",  "logand", "logior", "logxor", "<", ">",
    "=", "/=", "<=", ">=",     "min",    "max",    "s<"};
const char *const kTypes[] = {"u8", "u16", "u32", "u64",
                              "i8", "i16", "i32", "i64"};

/// Of one program: enough for every shape, small enough for hundreds of them.
constexpr unsigned kMostStatements = 14;

/// A pointer that a program may read through.
struct Pointer {
  std::string text, record;
  bool isOwn = false; ///< the running task itself
};

class Generator {
public:
  Generator(uint64_t seed, unsigned index)
      : random_(seed * 1000003 + index), index_(index) {}

  RandomProgram program();

private:
  unsigned below(unsigned limit) { return unsigned(random_() % limit); }
  bool oneIn(unsigned n) { return below(n) == 0; }
  template <typename T, size_t N> const T &oneOf(const T (&table)[N]) {
    return table[below(N)];
  }
  std::string fresh(const char *stem) {
    return stem + std::to_string(++names_);
  }

  std::vector<const FieldRow *> fieldsOf(const Pointer &pointer,
                                         bool scalars) const;
  Pointer garbage();
  Pointer follow(const Pointer &from, const FieldRow &field);
  Pointer pointer();
  std::string read(unsigned depth);
  std::string readOf(const Pointer &base, const FieldRow &field,
                     unsigned depth);
  std::string literal();
  std::string value(unsigned depth);
  std::string compound(unsigned depth);
  std::string condition();
  std::string key();

  std::vector<Statement> block(unsigned depth);
  Statement statement(unsigned depth);
  Statement branch(unsigned depth);
  Statement loop(unsigned depth);
  Statement ancestors(unsigned depth);
  Statement chase(unsigned depth);
  Statement record(unsigned depth);
  Statement cell(unsigned depth);
  Statement simple();

  std::mt19937_64 random_;
  unsigned index_, names_ = 0, statements_ = 0, loops_ = 0;
  bool inRecord_ = false;
  std::vector<Pointer> pointers_;
  std::vector<std::string> values_, settable_;
};

std::vector<const FieldRow *> Generator::fieldsOf(const Pointer &pointer,
                                                  bool scalars) const {
  std::vector<const FieldRow *> found;
  for (const FieldRow &row : kFields) {
    bool isScalar = row.kind == Kind::Scalar || row.kind == Kind::Bytes;
    if (row.record == pointer.record && isScalar == scalars &&
        (!row.ownOnly || pointer.isOwn))
      found.push_back(&row);
  }
  return found;
}

Pointer Generator::garbage() {
  Pointer result;
  result.record = oneOf(kFields).record;
  result.text = "(as-" + result.record + " " + oneOf(kGarbage) + ")";
  return result;
}

Pointer Generator::follow(const Pointer &from, const FieldRow &field) {
  std::string text =
      std::string("(") + field.record + "-" + field.field + " " + from.text;
  if (field.kind == Kind::Structs)
    text += " " + std::to_string(below(field.count));
  bool isOwn = from.isOwn && field.field == std::string("group-leader");
  return {text + ")", field.leadsTo, isOwn};
}

/// A variable or garbage, and a few steps from there, to where scalars are.
Pointer Generator::pointer() {
  Pointer at =
      oneIn(12) ? garbage() : pointers_[below(unsigned(pointers_.size()))];
  for (unsigned steps = below(4); steps > 0; --steps) {
    std::vector<const FieldRow *> next = fieldsOf(at, false);
    if (next.empty())
      break;
    at = follow(at, *next[below(unsigned(next.size()))]);
  }
  return at;
}

std::string Generator::readOf(const Pointer &base, const FieldRow &field,
                              unsigned depth) {
  std::string accessor = std::string(field.record) + "-" + field.field;
  if (field.kind == Kind::Bytes) {
    bool isVariable = depth > 0 && oneIn(3);
    std::string index = isVariable ? "(logand " + value(depth - 1) + " " +
                                         std::to_string(field.count - 1) + ")"
                                   : std::to_string(below(field.count));
    return "(" + accessor + " " + base.text + " " + index + ")";
  }
  if (field.leadsTo[0] != '\0' && oneIn(15))
    return std::string("(kernel-load ") + field.leadsTo + " " + base.text +
           " (offsetof " + field.record + " " + field.field + "))";
  std::string text = "(" + accessor + " " + base.text + ")";
  return oneIn(25) ? "(volatile " + text + ")" : text;
}

std::string Generator::read(unsigned depth) {
  Pointer base = pointer();
  std::vector<const FieldRow *> fields = fieldsOf(base, true);
  return fields.empty()
             ? literal()
             : readOf(base, *fields[below(unsigned(fields.size()))], depth);
}

std::string Generator::literal() {
  static const char *const kLiterals[] = {"0",   "1",     "2",  "7",
                                          "255", "65536", "-1", "#xffffffff"};
  return oneIn(2) ? oneOf(kLiterals) : std::to_string(below(1000));
}

std::string Generator::key() {
  return "(+ " + std::to_string(index_ * kKeysPerProgram) + " (logand " +
         value(1) + " 15))";
}

std::string Generator::condition() {
  if (oneIn(4))
    return pointer().text;
  static const char *const kTests[] = {"<", ">", "=", "/=", "<=", ">="};
  return std::string("(") + oneOf(kTests) + " " + value(1) + " " + value(1) +
         ")";
}

std::string Generator::compound(unsigned depth) {
  std::string a = value(depth - 1), b = value(depth - 1);
  switch (below(12)) {
  case 0:
    return "(if " + condition() + " " + a + " " + b + ")";
  case 1:
    return std::string("(") + (oneIn(2) ? "and" : "or") + " " + a + " " + b +
           ")";
  case 2:
    return std::string("(cast ") + oneOf(kTypes) + " " + a + ")";
  case 3:
    return std::string("(") + (oneIn(2) ? "/" : "mod") + " " + a +
           " (logior 1 " + b + "))";
  case 4:
    return std::string("(") + (oneIn(2) ? "<<" : ">>>") + " " + a +
           " (logand 63 " + b + "))";
  case 5:
    return oneIn(2) ? "(not " + a + ")" : "(lognot " + a + ")";
  default:
    return std::string("(") + oneOf(kBinary) + " " + a + " " + b + ")";
  }
}

std::string Generator::value(unsigned depth) {
  unsigned choice = below(10);
  if (choice < 2 && !values_.empty())
    return values_[below(unsigned(values_.size()))];
  if (choice < 3)
    return literal();
  if (choice < 4 && depth > 0)
    return "(getmap table " + key() + ")";
  if (choice < 7 || depth == 0)
    return read(depth);
  return compound(depth);
}

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
    return {"(incf " + settable_[below(unsigned(settable_.size()))] + " " +
                value(2) + ")",
            "",
            {}};
  case 4:
  case 5:
    return {"(setf " + settable_[below(unsigned(settable_.size()))] + " " +
                value(3) + ")",
            "",
            {}};
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

Statement Generator::loop(unsigned depth) {
  std::string variable = fresh("i");
  std::string head = "(dotimes (" + variable + " ";
  head += oneIn(2) ? std::to_string(1 + below(4))
                   : "(logand " + value(1) + " 7) :max 4";
  ++loops_;
  values_.push_back(variable);
  Statement result{head + ")", ")", block(depth - 1)};
  if (oneIn(3))
    result.parts.push_back(
        {"(when " + condition() + (oneIn(2) ? " (break))" : " (continue))"),
         "",
         {}});
  values_.pop_back();
  --loops_;
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
  Pointer at = pointer();
  if (oneIn(4)) {
    std::string other = "(as-" + at.record + " " + oneOf(kGarbage) + ")";
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
      result.parts.push_back({"(setf (rec-" + fields[i] + " " + name + ") " +
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
      result.parts.push_back(
          {"(setf " + of + field + " " + name + ") " + value(2) + ")", "", {}});
  std::string target = settable_[below(unsigned(settable_.size()))];
  result.parts.push_back({"(incf " + target + " (logxor " + of + "a " + name +
                              ") " + of + "d " + name + ")))",
                          "",
                          {}});
  return result;
}

Statement Generator::statement(unsigned depth) {
  if (++statements_ > kMostStatements || depth == 0)
    return simple();
  switch (below(10)) {
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
  default:
    return simple();
  }
}

RandomProgram Generator::program() {
  pointers_.push_back({"task", "task-struct", true});
  RandomProgram result;
  result.name = "random" + std::to_string(index_);
  result.type = oneIn(3) ? "xdp" : "tc";
  std::string bindings = "(task (get-current-task))";
  for (const char *name : {"v0", "v1", "v2"}) {
    bindings += std::string(" (") + name + " " + oneOf(kTypes) + " " +
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

std::string RandomProgram::source() const {
  std::string text = "(defprog " + name + " (:type :" + type + ")";
  for (const Statement &statement : body)
    render(statement, 1, text);
  return text + ")\n";
}

std::string randomPreamble() {
  std::map<std::string, std::string> imports;
  for (const FieldRow &row : kFields)
    imports[row.record] += std::string(" ") + row.field;
  std::string text;
  for (const auto &[record, fields] : imports)
    text += "(import-kernel-struct " + record + fields + ")\n";
  return text +
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
         "  :max-entries 65536)\n"
         "(defmap events :type :ringbuf :max-entries 65536)\n";
}

RandomProgram randomProgram(uint64_t seed, unsigned index) {
  return Generator(seed, index).program();
}

} // namespace whistler::test
