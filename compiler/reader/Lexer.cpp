// Cuts source text into parentheses, prefixes and atoms.
//
// Symbols are read in upper case except between bars; a package prefix is
// dropped, since there are no packages. Numbers are told from names in
// Numbers.cpp. Names of characters are those that Common Lisp programs use.

#include "reader/Lexer.h"

#include "reader/Numbers.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/ConvertUTF.h>

namespace whistler::compiler {

namespace {

bool isBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
         c == '\v';
}

bool isConstituent(char c) {
  return !isBlank(c) && c != '(' && c != ')' && c != '"' && c != ';' &&
         c != '\'' && c != '`' && c != ',' && c != '|' && c != '\0';
}

struct CharacterName {
  llvm::StringLiteral name;
  uint32_t value;
};
constexpr CharacterName kCharacterNames[] = {
    {"newline", '\n'},   {"space", ' '},   {"nul", 0},         {"null", 0},
    {"tab", '\t'},       {"return", '\r'}, {"linefeed", '\n'}, {"page", '\f'},
    {"backspace", '\b'}, {"rubout", 0x7f}, {"delete", 0x7f},   {"escape", 0x1b},
};

std::string characterHint(llvm::StringRef wanted) {
  std::vector<std::string> names;
  for (const CharacterName &row : kCharacterNames)
    names.push_back(row.name.str());
  return didYouMean(wanted, names);
}

size_t utf8Length(char first) {
  return llvm::getNumBytesForUTF8(static_cast<llvm::UTF8>(first));
}

uint32_t decodeUtf8(llvm::StringRef bytes) {
  llvm::UTF32 value = 0;
  auto *source = reinterpret_cast<const llvm::UTF8 *>(bytes.data());
  llvm::UTF32 *target = &value;
  llvm::ConvertUTF8toUTF32(&source, source + bytes.size(), &target, target + 1,
                           llvm::strictConversion);
  return value;
}

} // namespace

Lexer::Lexer(FileId file, FormContext &forms, DiagnosticEngine &diagnostics)
    : file_(file), text_(diagnostics.sources().text(file)), forms_(forms),
      diagnostics_(diagnostics) {
  if (text_.starts_with("\xef\xbb\xbf"))
    at_ = 3;
}

SourceSpan Lexer::spanFrom(size_t begin) const {
  return {file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
}

Token Lexer::token(Token::Kind kind, size_t begin) const {
  return {kind, spanFrom(begin), {}, nullptr};
}

Token Lexer::atom(const Form *form) const {
  return {Token::Kind::Atom, form->span, {}, form};
}

Token Lexer::mistake(size_t begin, DiagnosticKind kind,
                     std::vector<std::string> arguments) {
  diagnostics_.report(spanFrom(begin), kind, std::move(arguments));
  return token(Token::Kind::Mistake, begin);
}

Token Lexer::unclosed(size_t begin, size_t opening, DiagnosticKind kind) {
  at_ = begin + opening;
  Token out = mistake(begin, kind);
  at_ = text_.size();
  endsInsideText_ = true;
  return out;
}

Token Lexer::prefix(size_t begin, size_t length, llvm::StringRef name) {
  at_ = begin + length;
  Token out = token(Token::Kind::Prefix, begin);
  out.prefixName = name;
  return out;
}

/// True when a block comment is left open.
bool Lexer::skipBlockComment() {
  size_t begin = at_;
  unsigned depth = 0;
  do {
    if (atEnd()) {
      unclosed(begin, 2, DiagnosticKind::UnclosedComment);
      return true;
    }
    if (peek() == '#' && peek(1) == '|') {
      ++depth;
      at_ += 2;
    } else if (peek() == '|' && peek(1) == '#') {
      --depth;
      at_ += 2;
    } else {
      ++at_;
    }
  } while (depth != 0);
  return false;
}

bool Lexer::skipBlank() {
  while (!atEnd()) {
    if (isBlank(peek())) {
      ++at_;
    } else if (peek() == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (peek() == '#' && peek(1) == '|') {
      if (skipBlockComment())
        return false;
    } else {
      return true;
    }
  }
  return true;
}

Token Lexer::next() {
  if (!skipBlank())
    return token(Token::Kind::Mistake, at_);
  size_t begin = at_;
  if (atEnd())
    return token(Token::Kind::End, begin);
  switch (peek()) {
  case '(':
    ++at_;
    return token(Token::Kind::Open, begin);
  case ')':
    ++at_;
    return token(Token::Kind::Close, begin);
  case '\'':
    return prefix(begin, 1, "QUOTE");
  case '`':
    return prefix(begin, 1, "QUASIQUOTE");
  case ',':
    if (peek(1) == '@' || peek(1) == '.')
      return prefix(begin, 2, "UNQUOTE-SPLICING");
    return prefix(begin, 1, "UNQUOTE");
  case '"':
    return string();
  case '#':
    return dispatch();
  default:
    return symbolOrNumber();
  }
}

llvm::StringRef Lexer::takeConstituents() {
  size_t begin = at_;
  while (!atEnd() && isConstituent(peek()))
    ++at_;
  return text_.slice(begin, at_);
}

Token Lexer::dispatch() {
  size_t begin = at_;
  switch (llvm::toLower(peek(1))) {
  case '\'':
    return prefix(begin, 2, "FUNCTION");
  case '\\':
    return character();
  case 'x':
    return radix(16);
  case 'b':
    return radix(2);
  case 'o':
    return radix(8);
  case ':':
    at_ += 2;
    return symbolOrNumber();
  case '(': { // the list is read as one: its `)` is not another mistake
    at_ = begin + 2;
    Token token = mistake(begin, DiagnosticKind::UnknownDispatch, {"("});
    at_ = begin + 1;
    return token;
  }
  default:
    at_ = std::min(begin + 1 + std::max<size_t>(1, utf8Length(peek(1))),
                   text_.size());
    return mistake(begin, DiagnosticKind::UnknownDispatch,
                   {text_.slice(begin + 1, at_).str()});
  }
}

Token Lexer::radix(unsigned radix) {
  size_t begin = at_;
  at_ += 2;
  NumberToken number = parseInRadix(takeConstituents(), radix);
  std::string text = text_.slice(begin, at_).str();
  if (number.result == NumberToken::Result::TooLarge)
    return mistake(begin, DiagnosticKind::IntegerTooLarge, {text});
  if (number.result != NumberToken::Result::Integer)
    return mistake(begin, DiagnosticKind::MalformedNumber, {text});
  return atom(forms_.integer(number.value, number.isNegative, spanFrom(begin)));
}

Token Lexer::character() {
  size_t begin = at_;
  at_ += 2;
  if (atEnd())
    return mistake(begin, DiagnosticKind::NothingAfterPrefix, {"#\\"});
  size_t first = at_;
  at_ = std::min(at_ + utf8Length(peek()), text_.size());
  takeConstituents();
  llvm::StringRef name = text_.slice(first, at_);
  if (name.size() == utf8Length(name[0]))
    return atom(forms_.character(decodeUtf8(name), spanFrom(begin)));
  for (const CharacterName &row : kCharacterNames)
    if (name.equals_insensitive(row.name))
      return atom(forms_.character(row.value, spanFrom(begin)));
  return mistake(begin, DiagnosticKind::UnknownCharacterName,
                 {name.str(), characterHint(name)});
}

Token Lexer::string() {
  size_t begin = at_++;
  std::string value;
  bool wrong = false;
  while (!atEnd() && peek() != '"') {
    char c = text_[at_++];
    if (c != '\\' || atEnd()) {
      value += c;
      continue;
    }
    char escaped = text_[at_++];
    if (escaped == '"' || escaped == '\\') {
      value += escaped;
    } else if (escaped == 'n' || escaped == 't') {
      value += escaped == 'n' ? '\n' : '\t';
    } else {
      mistake(at_ - 2, DiagnosticKind::UnknownEscape,
              {std::string(1, escaped)});
      wrong = true;
    }
  }
  if (atEnd())
    return unclosed(begin, 1, DiagnosticKind::UnclosedString);
  ++at_;
  return wrong ? token(Token::Kind::Mistake, begin)
               : atom(forms_.string(value, spanFrom(begin)));
}

/// Collects one name with bars resolved; `packageEnd` is where the part behind
/// the last colon begins. False when a bar is left open (reported).
bool Lexer::takeName(std::string &name, size_t &packageEnd, bool &barred) {
  while (!atEnd()) {
    if (peek() == '|') {
      size_t open = at_, close = text_.find('|', at_ + 1);
      barred = true;
      if (close == llvm::StringRef::npos) {
        unclosed(open, 1, DiagnosticKind::UnclosedBar);
        return false;
      }
      name += text_.slice(open + 1, close);
      at_ = close + 1;
    } else if (isConstituent(peek())) {
      name += llvm::toUpper(peek());
      if (text_[at_++] == ':')
        packageEnd = name.size();
    } else {
      break;
    }
  }
  return true;
}

Token Lexer::symbolNamed(size_t begin, llvm::StringRef name,
                         llvm::StringRef package, bool keyword) {
  SourceSpan span = spanFrom(begin);
  if (!keyword && name == "NIL") {
    Token out = token(Token::Kind::Atom, begin);
    out.atom = forms_.nil(span);
    return out;
  }
  const Symbol *home = package.empty() ? nullptr : forms_.intern(package);
  return atom(forms_.symbol(forms_.intern(name, keyword), span, nullptr, home));
}

Token Lexer::symbolOrNumber() {
  size_t begin = at_;
  std::string name;
  size_t packageEnd = 0;
  bool barred = false;
  if (!takeName(name, packageEnd, barred))
    return token(Token::Kind::Mistake, begin);
  std::string text = text_.slice(begin, at_).str();
  if (!barred) {
    if (name == ".")
      return token(Token::Kind::Dot, begin);
    NumberToken number = parseNumber(text);
    switch (number.result) {
    case NumberToken::Result::Integer:
      return atom(
          forms_.integer(number.value, number.isNegative, spanFrom(begin)));
    case NumberToken::Result::TooLarge:
      return mistake(begin, DiagnosticKind::IntegerTooLarge, {text});
    case NumberToken::Result::Malformed:
      return mistake(begin, DiagnosticKind::MalformedNumber, {text});
    case NumberToken::Result::Fraction:
      return mistake(begin, DiagnosticKind::FractionalNumber, {text});
    case NumberToken::Result::NotANumber:
      break;
    }
  }
  if (name.size() == packageEnd && !barred)
    return mistake(begin, DiagnosticKind::EmptySymbol);
  bool keyword = packageEnd == 1 && text[0] == ':';
  llvm::StringRef whole = name;
  return symbolNamed(begin, whole.drop_front(packageEnd),
                     whole.take_front(packageEnd).rtrim(':'), keyword);
}

} // namespace whistler::compiler
