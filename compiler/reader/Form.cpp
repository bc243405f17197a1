// Allocates forms and symbols, and prints forms back as text.
//
// Everything lives in one bump allocator until the context dies: a form is
// never freed or changed, so it may be shared by several lists and an
// expansion costs only the cells it adds.

#include "reader/Form.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>

#include <new>

namespace whistler::compiler {

FormContext::FormContext() { nil_ = make(Form::Kind::Nil, {}, nullptr); }

Form *FormContext::make(Form::Kind kind, SourceSpan span,
                        const Expansion *expansion) {
  Form *made = new (allocator_.Allocate<Form>()) Form();
  made->kind = kind;
  made->span = span;
  made->expansion = expansion;
  return made;
}

const Symbol *FormContext::intern(llvm::StringRef name, bool keyword) {
  auto [at, isNew] = (keyword ? keywords_ : symbols_).try_emplace(name);
  if (isNew)
    at->second =
        new (allocator_.Allocate<Symbol>()) Symbol{at->first(), keyword, false};
  return at->second;
}

const Symbol *FormContext::makeUninterned(llvm::StringRef name) {
  return new (allocator_.Allocate<Symbol>())
      Symbol{name.copy(allocator_), false, true};
}

const Form *FormContext::symbol(const Symbol *symbol, SourceSpan span,
                                const Expansion *expansion,
                                const Symbol *package) {
  Form *made = make(Form::Kind::Symbol, span, expansion);
  made->symbol = symbol;
  made->package = package;
  return made;
}

const Form *FormContext::integer(int64_t value, SourceSpan span,
                                 const Expansion *expansion) {
  return integer(static_cast<uint64_t>(value), value < 0, span, expansion);
}

const Form *FormContext::integer(uint64_t value, bool isNegative,
                                 SourceSpan span, const Expansion *expansion) {
  Form *made = make(Form::Kind::Integer, span, expansion);
  made->integer = value;
  made->isNegative = isNegative;
  return made;
}

const Form *FormContext::character(uint32_t value, SourceSpan span,
                                   const Expansion *expansion) {
  Form *made = make(Form::Kind::Character, span, expansion);
  made->integer = value;
  return made;
}

const Form *FormContext::string(llvm::StringRef text, SourceSpan span,
                                const Expansion *expansion) {
  Form *made = make(Form::Kind::String, span, expansion);
  llvm::StringRef kept = text.copy(allocator_);
  made->string.data = kept.data();
  made->string.size = kept.size();
  return made;
}

const Form *FormContext::object(void *object, SourceSpan span,
                                const Expansion *expansion) {
  Form *made = make(Form::Kind::Object, span, expansion);
  made->object = object;
  return made;
}

const Form *FormContext::cons(const Form *car, const Form *cdr, SourceSpan span,
                              const Expansion *expansion) {
  Form *made = make(Form::Kind::Cons, span, expansion);
  made->cons = {car, cdr};
  return made;
}

const Form *FormContext::list(llvm::ArrayRef<const Form *> items,
                              SourceSpan span, const Expansion *expansion) {
  const Form *out = nil();
  for (size_t i = items.size(); i-- != 0;)
    out = cons(items[i], out, span, expansion);
  return out;
}

const Form *FormContext::copy(const Form *form, const Expansion *expansion) {
  Form *made = new (allocator_.Allocate<Form>()) Form(*form);
  made->expansion = expansion;
  return made;
}

const Expansion *FormContext::expansion(SourceSpan call, const Symbol *macro,
                                        const Expansion *outer) {
  return new (allocator_.Allocate<Expansion>()) Expansion{call, macro, outer};
}

llvm::SmallVector<const Form *, 8> items(const Form *list) {
  llvm::SmallVector<const Form *, 8> out;
  for (; list->isCons(); list = list->cons.cdr)
    out.push_back(list->cons.car);
  return out;
}

bool isProperList(const Form *form) {
  while (form->isCons())
    form = form->cons.cdr;
  return form->isNil();
}

namespace {

constexpr unsigned kMaxPrintDepth = 1000;

void printForm(const Form *form, std::string &out, unsigned depth);

/// `'x` and its kin for (QUOTE x) …; false when the form is none of them.
bool printPrefixed(const Form *form, std::string &out, unsigned depth) {
  static constexpr struct {
    llvm::StringLiteral head, prefix;
  } kPrefixes[] = {{"QUOTE", "'"},
                   {"QUASIQUOTE", "`"},
                   {"UNQUOTE", ","},
                   {"UNQUOTE-SPLICING", ",@"},
                   {"FUNCTION", "#'"}};
  const Form *rest = form->cons.cdr;
  if (!rest->isCons() || !rest->cons.cdr->isNil())
    return false;
  for (const auto &row : kPrefixes)
    if (form->cons.car->isNamed(row.head)) {
      out += row.prefix;
      printForm(rest->cons.car, out, depth + 1);
      return true;
    }
  return false;
}

void printList(const Form *form, std::string &out, unsigned depth) {
  out += '(';
  for (bool first = true; form->isCons(); form = form->cons.cdr) {
    if (!first)
      out += ' ';
    first = false;
    printForm(form->cons.car, out, depth + 1);
  }
  if (!form->isNil()) {
    out += " . ";
    printForm(form, out, depth + 1);
  }
  out += ')';
}

void printString(llvm::StringRef text, std::string &out) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  out += '"';
}

void printSymbol(const Symbol &symbol, std::string &out) {
  if (symbol.isKeyword)
    out += ':';
  bool asRead = true;
  for (char c : symbol.name)
    asRead &=
        !(c >= 'a' && c <= 'z') && !llvm::isSpace(c) && c != '(' && c != ')';
  if (asRead || symbol.isUninterned)
    out += symbol.name.lower();
  else
    out += '|' + symbol.name.str() + '|';
}

void printCharacter(uint32_t value, std::string &out) {
  out += "#\\";
  switch (value) {
  case 0:
    out += "Nul";
    return;
  case '\n':
    out += "Newline";
    return;
  case ' ':
    out += "Space";
    return;
  default:
    if (value > 0x20 && value < 0x7f)
      out += static_cast<char>(value);
    else
      out += "U+" + llvm::utohexstr(value);
  }
}

void printForm(const Form *form, std::string &out, unsigned depth) {
  if (depth > kMaxPrintDepth) {
    out += "...";
    return;
  }
  switch (form->kind) {
  case Form::Kind::Nil:
    out += "nil";
    return;
  case Form::Kind::Symbol:
    printSymbol(*form->symbol, out);
    return;
  case Form::Kind::Integer:
    out += form->isNegative
               ? std::to_string(static_cast<int64_t>(form->integer))
               : std::to_string(form->integer);
    return;
  case Form::Kind::Character:
    printCharacter(static_cast<uint32_t>(form->integer), out);
    return;
  case Form::Kind::String:
    printString(form->text(), out);
    return;
  case Form::Kind::Cons:
    if (!printPrefixed(form, out, depth))
      printList(form, out, depth);
    return;
  case Form::Kind::Object:
    out += "#<object>";
    return;
  }
}

} // namespace

std::string toString(const Form *form) {
  std::string out;
  printForm(form, out, 0);
  return out;
}

} // namespace whistler::compiler
