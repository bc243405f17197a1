// Reads the tables of tests/kernel/meaning. A form that begins a line is a
// declaration when its head begins with `def` or `import`, and a row otherwise;
// what stands behind a row's form are its cases. The forms themselves are not
// understood here, only their brackets.

#include "MeaningTable.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>

using namespace llvm;

namespace whistler::test {

namespace {

class TableParser {
public:
  explicit TableParser(StringRef text) : text_(text) {}

  MeaningTable parse() {
    while (table_.error.empty() && skipBlank())
      item();
    return std::move(table_);
  }

private:
  void fail(const Twine &what) {
    table_.error = ("line " + Twine(line_) + ": " + what).str();
  }

  void advance(size_t count) {
    line_ += unsigned(text_.take_front(count).count('\n'));
    text_ = text_.drop_front(count);
  }

  /// Over white space and comments; false at the end.
  bool skipBlank() {
    while (!text_.empty()) {
      if (text_.front() == ';')
        advance(std::min(text_.find('\n'), text_.size()));
      else if (isSpace(text_.front()))
        advance(1);
      else
        return true;
    }
    return false;
  }

  /// Length of the string, character or comment at `at`; 0 when there is none.
  size_t opaque(size_t at) const {
    char c = text_[at];
    if (c == ';')
      return std::min(text_.find('\n', at), text_.size()) - at;
    if (c == '#' && at + 1 < text_.size() && text_[at + 1] == '\\')
      return 3;
    if (c != '"')
      return 0;
    size_t end = at + 1;
    while (end < text_.size() && text_[end] != '"')
      end += text_[end] == '\\' ? 2 : 1;
    return end + 1 - at;
  }

  /// One form: brackets and all, or an atom.
  StringRef form() {
    size_t at = 0;
    int depth = 0;
    while (at < text_.size()) {
      if (size_t length = opaque(at)) {
        at += length;
      } else {
        char c = text_[at];
        if (depth == 0 && isSpace(c))
          break;
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        ++at;
      }
      if (depth == 0 && at > 0 && text_[at - 1] == ')')
        break;
    }
    if (depth != 0)
      fail("a `(` is never closed");
    StringRef result = text_.take_front(at);
    advance(result.size());
    return result;
  }

  StringRef restOfLine() {
    StringRef rest = text_.take_front(text_.find('\n'));
    advance(rest.size());
    return rest.trim();
  }

  void item() {
    if (text_.front() == '%')
      return directive();
    unsigned line = line_;
    StringRef expression = form();
    StringRef head = expression;
    head.consume_front("(");
    if (head.starts_with("def") || head.starts_with("import")) {
      table_.declarations += expression.str() + "\n";
      return;
    }
    MeaningRow row;
    row.expression = expression.str();
    row.line = line;
    row.asValue = asValue_;
    row.asLast = asLast_;
    cases(row);
    table_.rows.push_back(std::move(row));
  }

  void directive() {
    auto [name, rest] = restOfLine().split(' ');
    if (name == "%type")
      table_.programType = rest.str();
    else if (name == "%packet")
      packet(rest);
    else if (name == "%position") {
      asValue_ = rest != "last";
      asLast_ = rest != "value";
    } else
      fail("unknown directive " + name);
  }

  void packet(StringRef bytes) {
    SmallVector<StringRef, 64> parts;
    bytes.split(parts, ' ', -1, false);
    table_.packet.clear();
    for (StringRef part : parts) {
      uint8_t byte = 0;
      if (part.getAsInteger(16, byte))
        return fail("`" + part + "` is not a byte");
      table_.packet.push_back(byte);
    }
  }

  /// `a b -> v  a b -> v`, or one value: up to the next line that begins with
  /// something else than white space.
  void cases(MeaningRow &row) {
    SmallVector<uint64_t, 4> numbers;
    bool isResult = false, hasInputs = false;
    while (nextToken()) {
      StringRef token = text_.take_until([](char c) { return isSpace(c); });
      advance(token.size());
      if (token == "->") {
        isResult = hasInputs = true;
        continue;
      }
      numbers.push_back(number(token));
      if (isResult)
        row.cases.push_back(
            {numbers[0], numbers.size() > 2 ? numbers[1] : 0, numbers.back()});
      if (isResult)
        numbers.clear();
      isResult = false;
    }
    if (!hasInputs && numbers.size() == 1)
      row.cases.push_back({0, 0, numbers[0]});
    else if (!hasInputs || !numbers.empty() || isResult)
      fail("cases are one value, or inputs -> value …, after the form");
  }

  /// On the next token of this row; false when the row ends here.
  bool nextToken() {
    while (!text_.empty() && table_.error.empty()) {
      if (text_.front() == ';') {
        advance(std::min(text_.find('\n'), text_.size()));
      } else if (text_.front() == '\n') {
        advance(1);
        if (text_.empty() || !isSpace(text_.front()))
          return false;
      } else if (isSpace(text_.front())) {
        advance(1);
      } else {
        return true;
      }
    }
    return false;
  }

  uint64_t number(StringRef token) {
    uint64_t value = 0;
    StringRef digits = token;
    bool isNegative = digits.consume_front("-");
    if (digits.getAsInteger(0, value))
      fail("`" + token + "` is not a number");
    return isNegative ? 0 - value : value;
  }

  StringRef text_;
  unsigned line_ = 1;
  bool asValue_ = true, asLast_ = true;
  MeaningTable table_;
};

constexpr char kCommon[] =
    "(defstruct meaning-inputs (a u64) (b u64) (k u64))\n"
    "(defmap inputs :type :array :key-type u32\n"
    "  :value-type meaning-inputs :max-entries 1)\n"
    "(defmap results :type :array :key-type u32 :value-type u64\n"
    "  :max-entries 1)\n";

} // namespace

MeaningTable parseMeaningTable(StringRef text) {
  return TableParser(text).parse();
}

std::string MeaningTable::source(ArrayRef<const MeaningRow *> some,
                                 Position position) const {
  bool isLast = position == Position::Last;
  std::string text = kCommon + declarations;
  for (const MeaningRow *row : some)
    text +=
        "(defprog row" + std::to_string(row->line) + " (:type :" + programType +
        ")\n"
        "  (let ((meaning-in (getmap inputs 0)))\n"
        "    (unless meaning-in (return 99))\n"
        "    (let* ((a (meaning-inputs-a meaning-in))\n"
        "           (b (meaning-inputs-b meaning-in))\n"
        "           (k (meaning-inputs-k meaning-in))\n"
        "           (sa i64 a) (sb i64 b))\n" +
        (isLast ? row->expression + "))\n)\n"
                : "(setf (getmap results 0) " + row->expression + "\n))) 0)\n");
  return text;
}

} // namespace whistler::test
