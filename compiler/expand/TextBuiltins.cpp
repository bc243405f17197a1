// Symbols, strings, `format` and `error` of the compile-time Lisp. Names are
// shown in upper case, as they are read.

#include "expand/Evaluator.h"

#include "reader/Numbers.h"

#include <llvm/ADT/StringExtras.h>

#include <optional>

namespace whistler::compiler {

std::string display(const Form *form) {
  if (form->isString())
    return form->text().str();
  if (form->isSymbol())
    return form->symbol->name.str();
  if (form->isNil())
    return "NIL";
  if (form->isCharacter())
    return std::string(1, static_cast<char>(form->integer));
  if (!form->isCons())
    return toString(form);
  std::string out = "(";
  for (; form->isCons(); form = form->cons.cdr)
    out += (out.size() > 1 ? " " : "") + display(form->cons.car);
  if (!form->isNil())
    out += " . " + display(form);
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

/// One directive; false when it is unknown or wants a missing argument.
bool formatOne(char directive, Arguments &args, std::string &out) {
  switch (llvm::toLower(directive)) {
  case '%':
  case '&':
    out += '\n';
    return true;
  case '~':
    out += '~';
    return true;
  default:
    break;
  }
  if (args.empty())
    return false;
  const Form *arg = args.front();
  args = args.drop_front();
  switch (llvm::toLower(directive)) {
  case 'a':
  case 'd':
    out += display(arg);
    return true;
  case 's':
    out += arg->isString() ? toString(arg) : display(arg);
    return true;
  case 'x':
    out += isNumber(arg) ? llvm::utohexstr(arg->integer) : display(arg);
    return true;
  default:
    return false;
  }
}

std::optional<std::string> formatText(Evaluator &ev, const Form *control,
                                      Arguments args, const Form *call) {
  if (!control->isString()) {
    ev.typeError(call, control, "a control string");
    return std::nullopt;
  }
  std::string out;
  llvm::StringRef text = control->text();
  for (size_t i = 0; i != text.size(); ++i) {
    if (text[i] != '~') {
      out += text[i];
      continue;
    }
    if (i + 1 == text.size() || !formatOne(text[++i], args, out)) {
      ev.fail(call, DiagnosticKind::WrongArgument,
              {toString(call->cons.car),
               "the directives `~a ~s ~d ~x ~% ~~` and an argument for each",
               text.str()});
      return std::nullopt;
    }
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

const Form *charBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  if (!args[0]->isString() || !args[1]->isInteger() ||
      args[1]->integer >= args[0]->text().size())
    return ev.typeError(call, args[1], "a string and an index within it");
  auto byte = static_cast<unsigned char>(args[0]->text()[args[1]->integer]);
  return ev.forms().character(byte, call->span, ev.expansion());
}

constexpr BuiltinRow kRows[] = {
    {"INTERN", 1, 2, internBuiltin},
    {"SYMBOL-NAME", 1, 1, symbolName},
    {"STRING", 1, 1, symbolName},
    {"STRING-UPCASE", 1, 1, upcase},
    {"STRING-DOWNCASE", 1, 1, downcase},
    {"STRING=", 2, 2, stringEqual},
    {"GENSYM", 0, 1, gensym},
    {"CONCATENATE", 1, -1, concatenate},
    {"SUBSTITUTE", 3, 3, substitute},
    {"PARSE-INTEGER", 1, 1, parseIntegerBuiltin},
    {"FORMAT", 2, -1, formatBuiltin},
    {"ERROR", 1, -1, errorBuiltin},
    {"CHAR-CODE", 1, 1, charCode},
    {"CHAR", 2, 2, charBuiltin},
};

} // namespace

llvm::ArrayRef<BuiltinRow> textBuiltins() { return kRows; }

} // namespace whistler::compiler
