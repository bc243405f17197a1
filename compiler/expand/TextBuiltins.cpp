// Symbols, strings, `format` and `error` of the compile-time Lisp. Names are
// shown in upper case, as they are read.

#include "expand/Evaluator.h"

#include "reader/Numbers.h"

#include <llvm/ADT/StringExtras.h>

#include <optional>

namespace whistler::compiler {

std::string display(const Form *form, bool asRead) {
  if (asRead && (form->isString() || form->isCharacter()))
    return toString(form);
  if (form->isString())
    return form->text().str();
  if (form->isSymbol())
    return (asRead && form->isKeyword() ? ":" : "") + form->symbol->name.str();
  if (form->isNil())
    return "NIL";
  if (form->isCharacter())
    return std::string(1, static_cast<char>(form->integer));
  if (!form->isCons())
    return toString(form);
  std::string out = "(";
  for (; form->isCons(); form = form->cons.cdr)
    out += (out.size() > 1 ? " " : "") + display(form->cons.car, asRead);
  if (!form->isNil())
    out += " . " + display(form, asRead);
  return out + ")";
}

namespace {

std::optional<std::string> textOf(Evaluator &ev, const Form *form,
                                  const Form *call) {
  if (form->isString() || form->isSymbol() || form->isCharacter() ||
      form->isNil())
    return display(form);
  ev.typeError(call, form, "a string or symbol");
  return std::nullopt;
}

const Form *internBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  auto text = textOf(ev, args[0], call);
  if (!text)
    return nullptr;
  bool keyword = args.size() > 1 && display(args[1]) == "KEYWORD";
  if (!keyword && *text == "NIL")
    return ev.nil();
  return ev.symbol(ev.forms().intern(*text, keyword), call);
}

const Form *symbolName(Evaluator &ev, Arguments args, const Form *call) {
  auto text = textOf(ev, args[0], call);
  return text ? ev.string(*text, call) : nullptr;
}

const Form *upcase(Evaluator &ev, Arguments args, const Form *call) {
  auto text = textOf(ev, args[0], call);
  return text ? ev.string(llvm::StringRef(*text).upper(), call) : nullptr;
}

const Form *downcase(Evaluator &ev, Arguments args, const Form *call) {
  auto text = textOf(ev, args[0], call);
  return text ? ev.string(llvm::StringRef(*text).lower(), call) : nullptr;
}

const Form *stringEqual(Evaluator &ev, Arguments args, const Form *call) {
  auto a = textOf(ev, args[0], call);
  auto b = a ? textOf(ev, args[1], call) : std::nullopt;
  return b ? ev.boolean(*a == *b) : nullptr;
}

const Form *stringEqualIgnoringCase(Evaluator &ev, Arguments args,
                                    const Form *call) {
  auto a = textOf(ev, args[0], call);
  auto b = a ? textOf(ev, args[1], call) : std::nullopt;
  return b ? ev.boolean(llvm::StringRef(*a).equals_insensitive(*b)) : nullptr;
}

const Form *stringLess(Evaluator &ev, Arguments args, const Form *call) {
  auto a = textOf(ev, args[0], call);
  auto b = a ? textOf(ev, args[1], call) : std::nullopt;
  return b ? ev.boolean(*a < *b) : nullptr;
}

const Form *gensym(Evaluator &ev, Arguments args, const Form *call) {
  std::string name = args.empty() ? "G" : display(args[0]);
  name += std::to_string(ev.nextGensym());
  return ev.symbol(ev.forms().makeUninterned(name), call);
}

const Form *concatenate(Evaluator &ev, Arguments args, const Form *call) {
  if (args[0]->isNamed("LIST")) {
    llvm::SmallVector<const Form *, 8> all;
    for (const Form *part : args.drop_front())
      for (const Form *item : items(part))
        all.push_back(item);
    return ev.list(all, call);
  }
  std::string out;
  for (const Form *part : args.drop_front()) {
    if (!part->isString())
      return ev.typeError(call, part, "strings");
    out += part->text();
  }
  return ev.charge(call, out.size() / 16) ? ev.string(out, call) : nullptr;
}

const Form *substitute(Evaluator &ev, Arguments args, const Form *call) {
  if (args[2]->isString()) {
    std::string out = args[2]->text().str();
    for (char &c : out)
      if (args[1]->isCharacter() &&
          static_cast<unsigned char>(c) == args[1]->integer)
        c = static_cast<char>(args[0]->integer);
    return ev.string(out, call);
  }
  llvm::SmallVector<const Form *, 8> out;
  for (const Form *item : items(args[2]))
    out.push_back(isEql(item, args[1]) ? args[0] : item);
  return ev.list(out, call);
}

const Form *parseIntegerBuiltin(Evaluator &ev, Arguments args,
                                const Form *call) {
  if (!args[0]->isString())
    return ev.typeError(call, args[0], "a string");
  NumberToken number = parseInRadix(args[0]->text().trim(), 10);
  if (number.result != NumberToken::Result::Integer)
    return ev.typeError(call, args[0], "the digits of an integer");
  return ev.forms().integer(number.value, number.isNegative, call->span,
                            ev.expansion());
}

/// What stands between `~` and its letter: `~4,'0x`.
struct Directive {
  char letter = 0;
  size_t width = 0;
  char fill = ' ';
};

/// Takes one directive off the front of `text`, which is behind its `~`.
Directive takeDirective(llvm::StringRef &text) {
  Directive directive;
  text.consumeInteger(10, directive.width);
  if (text.starts_with(",'") && text.size() > 2) {
    directive.fill = text[2];
    text = text.drop_front(3);
  }
  if (!text.empty()) {
    directive.letter = llvm::toLower(text.front());
    text = text.drop_front();
  }
  return directive;
}

std::string inRadix(const Form *number, unsigned radix) {
  WideInteger value = wideValue(number);
  uint64_t magnitude = static_cast<uint64_t>(value < 0 ? -value : value);
  std::string digits;
  do
    digits += "0123456789ABCDEF"[magnitude % radix];
  while (magnitude /= radix);
  return (value < 0 ? "-" : "") + std::string(digits.rbegin(), digits.rend());
}

struct RadixRow {
  char letter;
  unsigned radix;
};
constexpr RadixRow kRadixes[] = {{'d', 10}, {'x', 16}, {'o', 8}, {'b', 2}};

/// An argument as a directive shows it; nothing for an unknown letter.
std::optional<std::string> shown(const Directive &directive, const Form *arg) {
  if (directive.letter == 's')
    return display(arg, true);
  if (directive.letter == 'a' || directive.letter == 'c')
    return display(arg);
  for (const RadixRow &row : kRadixes)
    if (row.letter == directive.letter)
      return arg->isInteger() ? inRadix(arg, row.radix) : display(arg);
  return std::nullopt;
}

/// One directive; false when it is unknown or wants a missing argument.
bool formatOne(const Directive &directive, Arguments &args, std::string &out) {
  if (directive.letter == '%' || directive.letter == '&')
    out += '\n';
  else if (directive.letter == '~')
    out += '~';
  else {
    std::optional<std::string> text =
        args.empty() ? std::nullopt : shown(directive, args.front());
    if (!text)
      return false;
    args = args.drop_front();
    size_t missing =
        directive.width > text->size() ? directive.width - text->size() : 0;
    bool isName = directive.letter == 'a' || directive.letter == 's';
    out += isName ? "" : std::string(missing, directive.fill);
    out += *text + (isName ? std::string(missing, ' ') : "");
  }
  return true;
}

std::optional<std::string> formatText(Evaluator &ev, const Form *control,
                                      Arguments args, const Form *call) {
  if (!control->isString()) {
    ev.typeError(call, control, "a control string");
    return std::nullopt;
  }
  std::string out;
  llvm::StringRef text = control->text();
  while (!text.empty()) {
    out += text.take_until([](char c) { return c == '~'; });
    text = text.drop_until([](char c) { return c == '~'; });
    if (!text.consume_front("~"))
      continue;
    Directive directive = takeDirective(text);
    if (directive.width <= 1024 && formatOne(directive, args, out))
      continue;
    ev.fail(call, DiagnosticKind::WrongArgument,
            {toString(call->cons.car),
             "the directives `~a ~s ~d ~x ~o ~b ~c ~% ~~` and an argument for "
             "each",
             control->text().str()});
    return std::nullopt;
  }
  return out;
}

const Form *formatBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  if (!args[0]->isNil())
    return ev.typeError(call, args[0], "`nil` as its destination");
  auto text = formatText(ev, args[1], args.drop_front(2), call);
  return text && ev.charge(call, text->size() / 16) ? ev.string(*text, call)
                                                    : nullptr;
}

const Form *errorBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  auto text = formatText(ev, args[0], args.drop_front(), call);
  return text ? ev.fail(call, DiagnosticKind::UserError, {*text}) : nullptr;
}

const Form *charCode(Evaluator &ev, Arguments args, const Form *call) {
  return isNumber(args[0]) ? ev.integer(args[0]->integer, call)
                           : ev.typeError(call, args[0], "a character");
}

const Form *codeChar(Evaluator &ev, Arguments args, const Form *call) {
  if (!args[0]->isInteger() || args[0]->isNegative || args[0]->integer > 255)
    return ev.typeError(call, args[0], "a code from 0 to 255");
  return ev.forms().character(uint32_t(args[0]->integer), call->span,
                              ev.expansion());
}

const Form *charBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  if (!args[0]->isString() || !args[1]->isInteger() ||
      args[1]->integer >= args[0]->text().size())
    return ev.typeError(call, args[1], "a string and an index within it");
  auto byte = static_cast<unsigned char>(args[0]->text()[args[1]->integer]);
  return ev.forms().character(byte, call->span, ev.expansion());
}

constexpr FunctionRow kRows[] = {
    {"INTERN", 1, 2, internBuiltin},
    {"SYMBOL-NAME", 1, 1, symbolName},
    {"STRING", 1, 1, symbolName},
    {"STRING-UPCASE", 1, 1, upcase},
    {"STRING-DOWNCASE", 1, 1, downcase},
    {"STRING=", 2, 2, stringEqual},
    {"STRING-EQUAL", 2, 2, stringEqualIgnoringCase},
    {"STRING<", 2, 2, stringLess},
    {"GENSYM", 0, 1, gensym},
    {"CONCATENATE", 1, -1, concatenate},
    {"SUBSTITUTE", 3, 3, substitute},
    {"PARSE-INTEGER", 1, 1, parseIntegerBuiltin},
    {"FORMAT", 2, -1, formatBuiltin},
    {"ERROR", 1, -1, errorBuiltin},
    {"CHAR-CODE", 1, 1, charCode},
    {"CODE-CHAR", 1, 1, codeChar},
    {"CHAR", 2, 2, charBuiltin},
};

} // namespace

llvm::ArrayRef<FunctionRow> textBuiltins() { return kRows; }

} // namespace whistler::compiler
