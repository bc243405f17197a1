// The expressions of random programs: reads of fields that don't change while
// a program is run again in another mode (ids, start times, the executable's
// file, credentials), through pointers that are good (the current task and what
// it leads to) or wholly unreadable: null, small, poisoned, not canonical.
// Division, shifts and indices are written so that no constant mistake is in
// them: every program must compile.

#include "RandomExpressions.h"
#include "RandomProgram.h"

#include <map>

namespace whistler::test {

namespace {

enum class Kind { Scalar, Pointer, Embedded, Bytes, Structs };

} // namespace

struct FieldRow {
  const char *record, *field;
  Kind kind;
  const char *leadsTo;  ///< record of a pointer; type of a plain scalar, or ""
  unsigned count = 0;   ///< elements of an array
  bool ownOnly = false; ///< stable of the running task only
};

namespace {

/// Those that every kernel of the matrix has.
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

} // namespace

const char *ExpressionGenerator::scalarType() { return oneOf(kTypes); }

std::string ExpressionGenerator::garbageTo(const std::string &record) {
  return "(as-" + record + " " + oneOf(kGarbage) + ")";
}

std::vector<const FieldRow *>
ExpressionGenerator::fieldsOf(const RandomPointer &pointer,
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

RandomPointer ExpressionGenerator::garbage() {
  RandomPointer result;
  result.record = oneOf(kFields).record;
  result.text = garbageTo(result.record);
  return result;
}

RandomPointer ExpressionGenerator::follow(const RandomPointer &from,
                                          const FieldRow &field) {
  std::string text =
      std::string("(") + field.record + "-" + field.field + " " + from.text;
  if (field.kind == Kind::Structs)
    text += " " + std::to_string(below(field.count));
  bool isOwn = from.isOwn && field.field == std::string("group-leader");
  return {text + ")", field.leadsTo, isOwn};
}

/// A variable or garbage, and a few steps from there, to where scalars are.
RandomPointer ExpressionGenerator::pointer() {
  RandomPointer at =
      oneIn(12) ? garbage() : pointers_[below(unsigned(pointers_.size()))];
  for (unsigned steps = below(4); steps > 0; --steps) {
    std::vector<const FieldRow *> next = fieldsOf(at, false);
    if (next.empty())
      break;
    at = follow(at, *next[below(unsigned(next.size()))]);
  }
  return at;
}

std::string ExpressionGenerator::readOf(const RandomPointer &base,
                                        const FieldRow &field, unsigned depth) {
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

std::string ExpressionGenerator::read(unsigned depth) {
  RandomPointer base = pointer();
  std::vector<const FieldRow *> fields = fieldsOf(base, true);
  return fields.empty()
             ? literal()
             : readOf(base, *fields[below(unsigned(fields.size()))], depth);
}

std::string ExpressionGenerator::literal() {
  static const char *const kLiterals[] = {"0",   "1",     "2",  "7",
                                          "255", "65536", "-1", "#xffffffff"};
  return oneIn(2) ? oneOf(kLiterals) : std::to_string(below(1000));
}

std::string ExpressionGenerator::key() {
  return "(+ " + std::to_string(index_ * kKeysPerProgram) + " (logand " +
         value(1) + " 15))";
}

std::string ExpressionGenerator::condition() {
  if (oneIn(4))
    return pointer().text;
  static const char *const kTests[] = {"<", ">", "=", "/=", "<=", ">="};
  return std::string("(") + oneOf(kTests) + " " + value(1) + " " + value(1) +
         ")";
}

std::string ExpressionGenerator::compound(unsigned depth) {
  std::string a = value(depth - 1), b = value(depth - 1);
  switch (below(15)) {
  case 12:
    return oneIn(2) ? "(>> (cast u64 " + a + ") 3)"
                    : "(ldb (byte 9 5) " + a + ")";
  case 13:
    return std::string("(") + (oneIn(2) ? "/" : "rem") + " " + a + " (cast " +
           oneOf(kTypes) + " (logior 1 " + b + ")))";
  case 14:
    return call(depth - 1);
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

std::string ExpressionGenerator::call(unsigned depth) {
  if (functions_.empty())
    return read(depth);
  const Function &function = oneOf(functions_);
  RandomPointer argument = pointer();
  if (argument.record != function.record)
    argument.text = garbageTo(function.record);
  for (const RandomPointer &known : pointers_)
    if (argument.record != function.record && known.record == function.record)
      argument.text = known.text;
  return "(" + function.name + " " + argument.text + " " + value(depth) + ")";
}

std::string ExpressionGenerator::value(unsigned depth) {
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

std::string randomImports() {
  std::map<std::string, std::string> imports;
  for (const FieldRow &row : kFields)
    imports[row.record] += std::string(" ") + row.field;
  std::string text;
  for (const auto &[record, fields] : imports)
    text += "(import-kernel-struct " + record + fields + ")\n";
  return text;
}

} // namespace whistler::test
