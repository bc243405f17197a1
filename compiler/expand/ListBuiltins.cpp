// Cells, predicates, equality, and calls by name of the compile-time Lisp.

#include "expand/Evaluator.h"

namespace whistler::compiler {

bool isTrue(const Form *form) { return !form->isNil(); }

bool isEql(const Form *a, const Form *b) {
  if (a == b)
    return true;
  if (a->kind != b->kind)
    return false;
  switch (a->kind) {
  case Form::Kind::Nil:
    return true;
  case Form::Kind::Symbol:
    return a->symbol == b->symbol;
  case Form::Kind::Integer:
  case Form::Kind::Character:
    return a->integer == b->integer && a->isNegative == b->isNegative;
  case Form::Kind::Object:
    return a->object == b->object;
  case Form::Kind::String:
  case Form::Kind::Cons:
    return false;
  }
  return false;
}

bool isEqual(const Form *a, const Form *b) {
  while (a->isCons() && b->isCons() && a != b) {
    if (!isEqual(a->cons.car, b->cons.car))
      return false;
    a = a->cons.cdr;
    b = b->cons.cdr;
  }
  if (a->isString() && b->isString())
    return a->text() == b->text();
  return isEql(a, b);
}

namespace {

/// c[ad]+r: the path is the name itself, read from the right.
const Form *cxr(Evaluator &ev, Arguments args, const Form *call,
                llvm::StringRef path) {
  const Form *at = args[0];
  for (size_t i = path.size(); i-- != 0;) {
    if (at->isNil())
      return at;
    if (!at->isCons())
      return ev.typeError(call, args[0], "a list");
    at = path[i] == 'A' ? at->cons.car : at->cons.cdr;
  }
  return at;
}

#define WHISTLER_CXR(NAME, PATH)                                               \
  const Form *NAME(Evaluator &ev, Arguments args, const Form *call) {          \
    return cxr(ev, args, call, PATH);                                          \
  }
WHISTLER_CXR(car, "A")
WHISTLER_CXR(cdr, "D")
WHISTLER_CXR(caar, "AA")
WHISTLER_CXR(cadr, "AD")
WHISTLER_CXR(cdar, "DA")
WHISTLER_CXR(cddr, "DD")
WHISTLER_CXR(caddr, "ADD")
WHISTLER_CXR(cdddr, "DDD")
WHISTLER_CXR(caadr, "AAD")
WHISTLER_CXR(cdadr, "DAD")
WHISTLER_CXR(cadar, "ADA")
WHISTLER_CXR(cddar, "DDA")
WHISTLER_CXR(fourth, "ADDD")
WHISTLER_CXR(fifth, "ADDDD")
#undef WHISTLER_CXR

const Form *nthcdr(Evaluator &ev, Arguments args, const Form *call) {
  if (!isNumber(args[0]))
    return ev.typeError(call, args[0], "an integer");
  const Form *at = args[1];
  for (WideInteger i = wideValue(args[0]); i > 0 && at->isCons(); --i)
    at = at->cons.cdr;
  return at;
}

const Form *nth(Evaluator &ev, Arguments args, const Form *call) {
  const Form *at = nthcdr(ev, args, call);
  return !at ? nullptr : at->isCons() ? at->cons.car : ev.nil();
}

const Form *last(Evaluator &, Arguments args, const Form *) {
  const Form *at = args[0];
  while (at->isCons() && at->cons.cdr->isCons())
    at = at->cons.cdr;
  return at;
}

const Form *butlast(Evaluator &ev, Arguments args, const Form *call) {
  auto all = items(args[0]);
  if (!all.empty())
    all.pop_back();
  return ev.list(all, call);
}

const Form *makeList(Evaluator &ev, Arguments args, const Form *call) {
  return ev.list(args, call);
}

const Form *listStar(Evaluator &ev, Arguments args, const Form *call) {
  const Form *out = args.back();
  for (const Form *item : llvm::reverse(args.drop_back()))
    out = ev.cons(item, out, call);
  return out;
}

const Form *consBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  return ev.cons(args[0], args[1], call);
}

const Form *append(Evaluator &ev, Arguments args, const Form *call) {
  if (args.empty())
    return ev.nil();
  const Form *out = args.back();
  for (const Form *part : llvm::reverse(args.drop_back())) {
    if (!isProperList(part))
      return ev.typeError(call, part, "lists");
    auto all = items(part);
    if (!ev.charge(call, all.size()))
      return nullptr;
    for (const Form *item : llvm::reverse(all))
      out = ev.cons(item, out, call);
  }
  return out;
}

const Form *getf(Evaluator &ev, Arguments args, const Form *) {
  for (const Form *at = args[0]; at->isCons() && at->cons.cdr->isCons();
       at = at->cons.cdr->cons.cdr)
    if (isEql(at->cons.car, args[1]))
      return at->cons.cdr->cons.car;
  return args.size() > 2 ? args[2] : ev.nil();
}

template <bool (*Test)(const Form *)>
const Form *predicate(Evaluator &ev, Arguments args, const Form *) {
  return ev.boolean(Test(args[0]));
}
bool isSymbolOrNil(const Form *form) {
  return form->isSymbol() || form->isNil();
}
bool isListOrNil(const Form *form) { return form->isCons() || form->isNil(); }
bool isAtom(const Form *form) { return !form->isCons(); }
bool isFunction(const Form *form) { return form->kind == Form::Kind::Object; }
bool isKey(const Form *form) { return form->isKeyword(); }
bool isText(const Form *form) { return form->isString(); }
bool isInt(const Form *form) { return form->isInteger(); }
bool isCell(const Form *form) { return form->isCons(); }
bool isNull(const Form *form) { return form->isNil(); }
bool isChar(const Form *form) { return form->isCharacter(); }

template <bool (*Test)(const Form *, const Form *)>
const Form *relation(Evaluator &ev, Arguments args, const Form *) {
  return ev.boolean(Test(args[0], args[1]));
}

const Form *identity(Evaluator &, Arguments args, const Form *) {
  return args[0];
}

const Form *funcall(Evaluator &ev, Arguments args, const Form *call) {
  return ev.apply(args[0], args.drop_front(), call);
}

const Form *applyBuiltin(Evaluator &ev, Arguments args, const Form *call) {
  if (!isProperList(args.back()))
    return ev.typeError(call, args.back(), "a list as its last argument");
  llvm::SmallVector<const Form *, 8> all(args.begin() + 1, args.end() - 1);
  for (const Form *item : items(args.back()))
    all.push_back(item);
  return ev.apply(args[0], all, call);
}

const Form *valuesBuiltin(Evaluator &ev, Arguments args, const Form *) {
  ev.values.assign(args.begin(), args.end());
  return args.empty() ? ev.nil() : args[0];
}

const Form *macroexpand1(Evaluator &ev, Arguments args, const Form *) {
  const Form *form = args[0];
  if (!form->isCons() || !form->cons.car->isSymbol())
    return form;
  const Object *macro = ev.macro(form->cons.car->symbol);
  if (!macro)
    return form;
  Environment scope = macro->scope;
  if (!ev.bind(macro->lambdaList, form->cons.cdr, form, scope, true))
    return nullptr;
  return ev.progn(macro->body, scope);
}

constexpr FunctionRow kRows[] = {
    {"CAR", 1, 1, car},
    {"CDR", 1, 1, cdr},
    {"CAAR", 1, 1, caar},
    {"CADR", 1, 1, cadr},
    {"CDAR", 1, 1, cdar},
    {"CDDR", 1, 1, cddr},
    {"CADDR", 1, 1, caddr},
    {"CDDDR", 1, 1, cdddr},
    {"CAADR", 1, 1, caadr},
    {"CDADR", 1, 1, cdadr},
    {"CADAR", 1, 1, cadar},
    {"CDDAR", 1, 1, cddar},
    {"FIRST", 1, 1, car},
    {"SECOND", 1, 1, cadr},
    {"THIRD", 1, 1, caddr},
    {"FOURTH", 1, 1, fourth},
    {"FIFTH", 1, 1, fifth},
    {"REST", 1, 1, cdr},
    {"NTH", 2, 2, nth},
    {"NTHCDR", 2, 2, nthcdr},
    {"LAST", 1, 1, last},
    {"BUTLAST", 1, 1, butlast},
    {"LIST", 0, -1, makeList},
    {"LIST*", 1, -1, listStar},
    {"CONS", 2, 2, consBuiltin},
    {"APPEND", 0, -1, append},
    {"NCONC", 0, -1, append},
    {"COPY-LIST", 1, 1, identity}, // lists never change
    {"IDENTITY", 1, 1, identity},
    {"ENDP", 1, 1, predicate<isNull>},
    {"GETF", 2, 3, getf},
    {"NULL", 1, 1, predicate<isNull>},
    {"NOT", 1, 1, predicate<isNull>},
    {"ATOM", 1, 1, predicate<isAtom>},
    {"CONSP", 1, 1, predicate<isCell>},
    {"LISTP", 1, 1, predicate<isListOrNil>},
    {"SYMBOLP", 1, 1, predicate<isSymbolOrNil>},
    {"KEYWORDP", 1, 1, predicate<isKey>},
    {"STRINGP", 1, 1, predicate<isText>},
    {"INTEGERP", 1, 1, predicate<isInt>},
    {"NUMBERP", 1, 1, predicate<isInt>},
    {"CHARACTERP", 1, 1, predicate<isChar>},
    {"FUNCTIONP", 1, 1, predicate<isFunction>},
    {"EQ", 2, 2, relation<isEql>},
    {"EQL", 2, 2, relation<isEql>},
    {"EQUAL", 2, 2, relation<isEqual>},
    {"FUNCALL", 1, -1, funcall},
    {"APPLY", 2, -1, applyBuiltin},
    {"VALUES", 0, -1, valuesBuiltin},
    {"MACROEXPAND-1", 1, 1, macroexpand1},
};

} // namespace

llvm::ArrayRef<FunctionRow> listBuiltins() { return kRows; }

} // namespace whistler::compiler
