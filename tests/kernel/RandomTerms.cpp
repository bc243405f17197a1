// Expressions whose values are known without the kernel: each is made together
// with what docs/language.md says about its value, so that a mistake that every
// way of compiling shares is seen too.

#include "RandomTerms.h"

#include <algorithm>

namespace whistler::test {

namespace {

const ScalarType kTypes[] = {
    {"u8", 8, false},   {"i8", 8, true},    {"u16", 16, false},
    {"i16", 16, true},  {"u32", 32, false}, {"i32", 32, true},
    {"u64", 64, false}, {"i64", 64, true},  {"bool", 1, false}};

bool less(uint64_t x, uint64_t y, bool isSigned) {
  return isSigned ? int64_t(x) < int64_t(y) : x < y;
}

/// BPF defines division by 0, and the least integer divided by -1.
uint64_t quotient(uint64_t x, uint64_t y, bool isSigned) {
  if (y == 0)
    return 0;
  if (!isSigned)
    return x / y;
  return int64_t(y) == -1 ? 0 - x : uint64_t(int64_t(x) / int64_t(y));
}

uint64_t remainder(uint64_t x, uint64_t y, bool isSigned) {
  return y == 0 ? x : x - quotient(x, y, isSigned) * y;
}

uint64_t modulus(uint64_t x, uint64_t y, bool isSigned) {
  uint64_t rest = remainder(x, y, isSigned);
  bool isOther = isSigned && y != 0 && rest != 0 &&
                 (int64_t(rest) < 0) != (int64_t(y) < 0);
  return isOther ? rest + y : rest;
}

struct BinaryRow {
  const char *name;
  uint64_t (*value)(uint64_t x, uint64_t y, bool isSigned);
};

const BinaryRow kJoined[] = {
    {"+", [](uint64_t x, uint64_t y, bool) { return x + y; }},
    {"-", [](uint64_t x, uint64_t y, bool) { return x - y; }},
    {"*", [](uint64_t x, uint64_t y, bool) { return x * y; }},
    {"logand", [](uint64_t x, uint64_t y, bool) { return x & y; }},
    {"logior", [](uint64_t x, uint64_t y, bool) { return x | y; }},
    {"logxor", [](uint64_t x, uint64_t y, bool) { return x ^ y; }},
    {"min",
     [](uint64_t x, uint64_t y, bool s) { return less(y, x, s) ? y : x; }},
    {"max",
     [](uint64_t x, uint64_t y, bool s) { return less(x, y, s) ? y : x; }},
};

const BinaryRow kDivisions[] = {
    {"/", quotient}, {"rem", remainder}, {"mod", modulus}};

struct CompareRow {
  const char *name;
  bool (*holds)(uint64_t x, uint64_t y, bool isSigned);
  bool isAlwaysSigned = false;
};

const CompareRow kComparisons[] = {
    {"<", less},
    {">", [](uint64_t x, uint64_t y, bool s) { return less(y, x, s); }},
    {"<=", [](uint64_t x, uint64_t y, bool s) { return !less(y, x, s); }},
    {">=", [](uint64_t x, uint64_t y, bool s) { return !less(x, y, s); }},
    {"=", [](uint64_t x, uint64_t y, bool) { return x == y; }},
    {"s<", less, true},
    {"s>=", [](uint64_t x, uint64_t y, bool s) { return !less(x, y, s); },
     true},
};

enum class Result { AsOperand, Unsigned };

struct UnaryRow {
  const char *head, *tail;
  Result sign;
  uint64_t (*value)(uint64_t x, bool isSigned);
};

const UnaryRow kUnary[] = {
    {"(- ", ")", Result::AsOperand, [](uint64_t x, bool) { return 0 - x; }},
    {"(1+ ", ")", Result::AsOperand, [](uint64_t x, bool) { return x + 1; }},
    {"(1- ", ")", Result::AsOperand, [](uint64_t x, bool) { return x - 1; }},
    {"(lognot ", ")", Result::AsOperand, [](uint64_t x, bool) { return ~x; }},
    {"(abs ", ")", Result::AsOperand,
     [](uint64_t x, bool s) { return s && int64_t(x) < 0 ? 0 - x : x; }},
    {"(not ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return uint64_t(x == 0); }},
    {"(zerop ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return uint64_t(x == 0); }},
    {"(plusp ", ")", Result::Unsigned,
     [](uint64_t x, bool s) { return uint64_t(less(0, x, s)); }},
    {"(log2 ", ")", Result::Unsigned,
     [](uint64_t x, bool) {
       return x == 0 ? 0 : uint64_t(63 - __builtin_clzll(x));
     }},
    {"(bswap16 ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return uint64_t(__builtin_bswap16(uint16_t(x))); }},
    {"(htonl ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return uint64_t(__builtin_bswap32(uint32_t(x))); }},
    {"(bswap64 ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return uint64_t(__builtin_bswap64(x)); }},
    {"(ldb (byte 7 3) ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return x >> 3 & 127; }},
    {"(ldb (byte 32 32) ", ")", Result::Unsigned,
     [](uint64_t x, bool) { return x >> 32; }},
};

struct ShiftRow {
  const char *name;
  uint64_t (*value)(uint64_t x, uint64_t count, bool isSigned);
};

uint64_t arithmeticRight(uint64_t x, uint64_t count) {
  return uint64_t(int64_t(x) >> (count & 63));
}

const ShiftRow kShifts[] = {
    {"<<", [](uint64_t x, uint64_t n, bool) { return x << (n & 63); }},
    {">>", [](uint64_t x, uint64_t n, bool) { return x >> (n & 63); }},
    {">>>", [](uint64_t x, uint64_t n, bool) { return arithmeticRight(x, n); }},
};

/// An operation is signed when all operands that are no literals are.
bool isSignedTogether(const std::vector<Term> &operands) {
  return std::none_of(operands.begin(), operands.end(), [](const Term &term) {
    return term.sign == Sign::Unsigned;
  });
}

Sign signOf(bool isSigned) { return isSigned ? Sign::Signed : Sign::Unsigned; }

std::string list(const std::string &name, const std::vector<Term> &terms) {
  std::string text = "(" + name;
  for (const Term &term : terms)
    text += " " + term.text;
  return text + ")";
}

/// The same value, where the language says nothing about its sign.
Term as(const ScalarType &type, const std::string &text,
        std::function<uint64_t(Machine &)> value) {
  return {std::string("(cast ") + type.name + " " + text + ")",
          signOf(type.isSigned),
          [=](Machine &machine) { return cut(type, value(machine)); }};
}

const ScalarType &whole(bool isSigned) { return kTypes[isSigned ? 7 : 6]; }

} // namespace

uint64_t cut(const ScalarType &type, uint64_t value) {
  if (type.bits == 1)
    return value != 0;
  unsigned rest = 64 - type.bits;
  return type.isSigned ? uint64_t(int64_t(value << rest) >> rest)
                       : value << rest >> rest;
}

const ScalarType &TermGenerator::scalarType() { return oneOf(kTypes); }

Term TermGenerator::literal() {
  static const int64_t kNumbers[] = {
      0,          1,  2,    7,  63, 127, 128,   255,        65536,
      0x7fffffff, -1, -128, -7, 3,  256, 32767, 0xffffffff, 1000};
  int64_t number = oneIn(3) ? int64_t(below(200)) : oneOf(kNumbers);
  return {std::to_string(number), Sign::Literal,
          [=](Machine &) { return uint64_t(number); }};
}

Term TermGenerator::operand(unsigned depth) {
  return oneIn(4) ? literal() : term(depth);
}

/// The first is none, so that the whole has a sign; then in any order.
std::vector<Term> TermGenerator::operands(unsigned count, unsigned depth) {
  std::vector<Term> result = {term(depth)};
  while (result.size() < count)
    result.push_back(operand(depth));
  std::shuffle(result.begin(), result.end(), random_);
  return result;
}

Term TermGenerator::joined(unsigned depth) {
  const BinaryRow &row = oneOf(kJoined);
  std::vector<Term> terms = operands(2 + oneIn(4), depth);
  bool isSigned = isSignedTogether(terms);
  return {list(row.name, terms), signOf(isSigned), [=](Machine &machine) {
            uint64_t result = terms[0].value(machine);
            for (size_t i = 1; i < terms.size(); ++i)
              result = row.value(result, terms[i].value(machine), isSigned);
            return result;
          }};
}

Term TermGenerator::compared(unsigned depth) {
  const CompareRow &row = oneOf(kComparisons);
  std::vector<Term> terms = operands(2 + oneIn(6), depth);
  bool isSigned = row.isAlwaysSigned || isSignedTogether(terms);
  return {list(row.name, terms), Sign::Unsigned, [=](Machine &machine) {
            std::vector<uint64_t> values;
            for (const Term &term : terms)
              values.push_back(term.value(machine));
            uint64_t result = 1;
            for (size_t i = 1; i < values.size(); ++i)
              result &= row.holds(values[i - 1], values[i], isSigned);
            return result;
          }};
}

Term TermGenerator::unary(unsigned depth) {
  Term x = term(depth);
  if (oneIn(4))
    return as(scalarType(), x.text, x.value);
  const UnaryRow &row = oneOf(kUnary);
  bool isSigned = x.sign == Sign::Signed;
  return {
      row.head + x.text + row.tail,
      row.sign == Result::Unsigned ? Sign::Unsigned : x.sign,
      [=](Machine &machine) { return row.value(x.value(machine), isSigned); }};
}

Term TermGenerator::divided(unsigned depth) {
  const BinaryRow &row = oneOf(kDivisions);
  Term x = operand(depth);
  Term y = term(depth);
  if (x.sign != Sign::Literal && oneIn(3)) {
    int64_t number = oneIn(3) ? -1 - int64_t(below(9)) : 1 + below(200);
    y = {std::to_string(number), Sign::Literal,
         [=](Machine &) { return uint64_t(number); }};
  }
  bool isSigned = isSignedTogether({x, y});
  return {list(row.name, {x, y}), signOf(isSigned), [=](Machine &machine) {
            uint64_t dividend = x.value(machine);
            return row.value(dividend, y.value(machine), isSigned);
          }};
}

Term TermGenerator::shifted(unsigned depth) {
  Term x = term(depth), n = term(depth);
  if (oneIn(3)) {
    uint64_t count = below(64);
    n = {std::to_string(count), Sign::Literal,
         [=](Machine &) { return count; }};
  }
  bool isSigned = x.sign == Sign::Signed;
  if (oneIn(4)) { // `ash`: a count from -31 to 32
    Term count =
        as(whole(true), "(- (logand " + n.text + " 63) 31)",
           [=](Machine &machine) { return (n.value(machine) & 63) - 31; });
    return as(whole(isSigned), list("ash", {x, count}), [=](Machine &machine) {
      uint64_t value = x.value(machine);
      int64_t by = int64_t(count.value(machine));
      if (by >= 0)
        return value << by;
      return isSigned ? arithmeticRight(value, uint64_t(-by)) : value >> -by;
    });
  }
  const ShiftRow &row = oneOf(kShifts);
  return as(whole(oneIn(2)), list(row.name, {x, n}), [=](Machine &machine) {
    uint64_t value = x.value(machine);
    return row.value(value, n.value(machine), isSigned);
  });
}

/// `if`, `cond` and `case`.
Term TermGenerator::chosen(unsigned depth) {
  Term test = term(depth);
  std::vector<Term> arms = operands(2, depth);
  if (oneIn(2))
    return {list("if", {test, arms[0], arms[1]}),
            signOf(isSignedTogether(arms)), [=](Machine &machine) {
              return arms[test.value(machine) ? 0 : 1].value(machine);
            }};
  Term other = operand(depth);
  if (oneIn(2))
    return as(
        whole(false),
        "(cond (" + test.text + ") (" + arms[0].text + " " + arms[1].text +
            ") (t " + other.text + "))",
        [=](Machine &machine) {
          if (uint64_t value = test.value(machine))
            return value;
          return (arms[0].value(machine) ? arms[1] : other).value(machine);
        });
  unsigned k = below(8);
  return as(whole(true),
            "(case (logand " + test.text + " 15) (" + std::to_string(k) + " " +
                arms[0].text + ") ((" + std::to_string(k + 1) + " " +
                std::to_string(k + 5) + ") " + arms[1].text + ") (t " +
                other.text + "))",
            [=](Machine &machine) {
              uint64_t value = test.value(machine) & 15;
              if (value == k)
                return arms[0].value(machine);
              return (value == k + 1 || value == k + 5 ? arms[1] : other)
                  .value(machine);
            });
}

Term TermGenerator::logical(unsigned depth) {
  Term x = term(depth), y = operand(depth);
  bool isAnd = oneIn(2);
  return as(whole(oneIn(2)), list(isAnd ? "and" : "or", {x, y}),
            [=](Machine &machine) {
              uint64_t value = x.value(machine);
              return (value != 0) == isAnd ? y.value(machine) : value;
            });
}

/// What is stored, as a value.
Term TermGenerator::assigned(unsigned depth) {
  Place to = place();
  Term x = operand(depth);
  unsigned choice = below(3);
  static const char *const kHeads[] = {"(setf ", "(incf ", "(decf "};
  return {kHeads[choice] + to.text + " " + x.text + ")",
          signOf(to.type->isSigned), [=](Machine &machine) {
            uint64_t cell = to.cell(machine);
            uint64_t value = x.value(machine);
            uint64_t old = machine.cells[cell];
            const uint64_t stored[] = {value, old + value, old - value};
            return machine.cells[cell] = cut(*to.type, stored[choice]);
          }};
}

Term TermGenerator::called(unsigned depth) {
  std::shared_ptr<RandomFunction> function = oneOf(functions_);
  std::vector<Term> arguments;
  for (const ScalarType *type : function->parameters) {
    if (type != nullptr) {
      arguments.push_back(operand(depth));
      continue;
    }
    Pointer pointer = oneOf(pointers_);
    arguments.push_back({pointer.name, Sign::Unsigned, [=](Machine &machine) {
                           return machine.cells[pointer.cell];
                         }});
  }
  return {list(function->name, arguments), signOf(function->result->isSigned),
          [=](Machine &machine) {
            std::vector<uint64_t> values;
            for (const Term &argument : arguments)
              values.push_back(argument.value(machine));
            for (size_t i = 0; i < values.size(); ++i) {
              const ScalarType *type = function->parameters[i];
              machine.cells[function->firstCell + i] =
                  type ? cut(*type, values[i]) : values[i];
            }
            runAll(function->body, machine);
            return cut(*function->result, machine.result);
          }};
}

Term TermGenerator::key() {
  uint64_t first = index_ * kKeysPerProgram;
  Term x = leaf();
  return {"(+ " + std::to_string(first) + " (logand " + x.text + " 7))",
          Sign::Unsigned,
          [=](Machine &machine) { return first + (x.value(machine) & 7); }};
}

Term TermGenerator::fromTable(unsigned depth) {
  Term at = key();
  if (isPure_ || oneIn(2))
    return {"(getmap table " + at.text + ")", Sign::Unsigned,
            [=](Machine &machine) {
              auto found = machine.table.find(at.value(machine));
              return found == machine.table.end() ? 0 : found->second;
            }};
  Term by = operand(depth);
  return {"(incf (getmap table " + at.text + ") " + by.text + ")",
          Sign::Unsigned, [=](Machine &machine) {
            uint64_t where = at.value(machine);
            uint64_t value = by.value(machine);
            return machine.table[where] += value;
          }};
}

Place TermGenerator::field(const Pointer &pointer) {
  const RandomStruct::Field &field = oneOf(struct_.fields);
  std::string text = "(" + struct_.name + "-" + field.name + " " + pointer.name;
  auto first = [=, cell = field.cell](Machine &machine) {
    return machine.cells[pointer.cell] + cell;
  };
  if (field.count == 0)
    return {text + ")", field.type, first};
  if (oneIn(3)) {
    unsigned at = below(field.count);
    return {text + " " + std::to_string(at) + ")", field.type,
            [=](Machine &machine) { return first(machine) + at; }};
  }
  Term index = variables_.empty() ? literal() : leaf();
  uint64_t mask = field.count - 1;
  return {text + " (logand " + index.text + " " + std::to_string(mask) + "))",
          field.type, [=](Machine &machine) {
            uint64_t at = index.value(machine) & mask;
            return first(machine) + at;
          }};
}

Place TermGenerator::place() {
  return pointers_.empty() || oneIn(2) ? oneOf(variables_)
                                       : field(oneOf(pointers_));
}

Term TermGenerator::leaf() {
  if (!constants_.empty() && oneIn(4))
    return oneOf(constants_);
  Place from = oneOf(variables_);
  return {from.text, signOf(from.type->isSigned),
          [=](Machine &machine) { return machine.cells[from.cell(machine)]; }};
}

Term TermGenerator::term(unsigned depth) {
  if (depth == 0)
    return leaf();
  --depth;
  switch (below(20)) {
  case 0:
  case 1:
    return compared(depth);
  case 2:
  case 3:
    return unary(depth);
  case 4:
    return divided(depth);
  case 5:
    return shifted(depth);
  case 6:
  case 7:
    return chosen(depth);
  case 8:
    return logical(depth);
  case 9:
    return isPure_ ? leaf() : assigned(depth);
  case 10:
    return isPure_ || functions_.empty() || pointers_.empty() ? leaf()
                                                              : called(depth);
  case 11:
    return fromTable(depth);
  case 12:
  case 13:
    return leaf();
  case 14:
  case 15: {
    Place from = place();
    return {from.text, signOf(from.type->isSigned), [=](Machine &machine) {
              return machine.cells[from.cell(machine)];
            }};
  }
  default:
    return joined(depth);
  }
}

} // namespace whistler::test
