// defsubprog as it is written: parameters, result, options. Names may be called
// before their definition, so all are announced before any form is analyzed.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

bool isSubprogram(const Form *form) {
  return form->isCons() && form->cons.car->isNamed("DEFSUBPROG") &&
         isProperList(form);
}

bool parseParameter(Analyzer &a, SubprogramInfo &info, const Form *form) {
  llvm::SmallVector<const Form *, 4> parts = items(form);
  bool isTyped = form->isCons() && isProperList(form) && parts.size() == 2 &&
                 parts[0]->isSymbol() && !parts[0]->isKeyword();
  if (!isTyped) {
    a.report(form, Kind::MalformedParameter, {toString(form)});
    return false;
  }
  std::optional<MemoryType> type = a.parseType(parts[1]);
  if (type && !type->isScalar()) {
    a.report(parts[1], Kind::NotScalarType, {toString(parts[1])});
    return false;
  }
  for (const SubprogramInfo::Parameter &other : info.parameters)
    if (other.name->symbol == parts[0]->symbol) {
      a.duplicate(parts[0], other.name->span);
      return false;
    }
  if (type)
    info.parameters.push_back({parts[0], parts[1], std::move(*type)});
  return type.has_value();
}

bool parseParameters(Analyzer &a, SubprogramInfo &info, const Form *list) {
  if (!list->isNil() && (!list->isCons() || !isProperList(list))) {
    a.report(list, Kind::MalformedParameter, {toString(list)});
    return false;
  }
  bool isRight = true;
  for (const Form *form : items(list))
    isRight &= parseParameter(a, info, form);
  if (info.parameters.size() <= kMostParameters)
    return isRight;
  a.report(list, Kind::TooManyParameters,
           {toString(info.name), std::to_string(kMostParameters),
            std::to_string(info.parameters.size())});
  return false;
}

/// `-> T`: nothing else about a result can be wrong.
bool parseResult(Analyzer &a, SubprogramInfo &info, const Form *form) {
  info.result = a.parseType(form);
  info.resultForm = form;
  if (info.result && !info.result->isScalar()) {
    a.report(form, Kind::NotScalarType, {toString(form)});
    return false;
  }
  return info.result.has_value();
}

/// What stands between the parameters and the body: `-> T`, `:global t`.
bool parseOptions(Analyzer &a, SubprogramInfo &info, Forms &rest) {
  bool isRight = true;
  while (rest.size() >= 2) {
    if (rest[0]->isNamed("->")) {
      isRight &= parseResult(a, info, rest[1]);
    } else if (rest[0]->isKeyword() && rest[0]->symbol->name == "GLOBAL") {
      info.isGlobal = !rest[1]->isNil();
    } else if (rest[0]->isKeyword()) {
      std::string text = toString(rest[0]);
      a.report(rest[0], Kind::UnknownOption,
               {text, "defsubprog", didYouMean(text, {":global"})});
      isRight = false;
    } else {
      break;
    }
    rest = rest.drop_front(2);
  }
  if (rest.size() > 1 && rest.front()->isString())
    rest = rest.drop_front(); // a documentation string
  return isRight;
}

bool isTaken(Analyzer &a, const Form *name) {
  std::string text = cName(name);
  if (findBuiltin(name->symbol->name) || a.maps.count(text) ||
      a.globals.count(text))
    return true;
  return llvm::any_of(a.result.programs, [&](const Program &program) {
    return program.name == text;
  });
}

} // namespace

void parseSubprogram(Analyzer &a, SubprogramInfo &info) {
  if (info.isParsed)
    return;
  info.isParsed = true;
  llvm::SmallVector<const Form *, 8> args = items(info.form->cons.cdr);
  if (isTaken(a, info.name)) {
    a.duplicate(info.name, a.symbols.lookup(cName(info.name)));
    info.isBroken = true;
  }
  if (args.size() < 2) {
    a.report(info.form, Kind::MalformedParameter, {"nil"});
    info.isBroken = true;
    return;
  }
  info.isBroken |= !parseParameters(a, info, args[1]);
  Forms rest = Forms(args).drop_front(2);
  info.isBroken |= !parseOptions(a, info, rest);
  info.body.assign(rest.begin(), rest.end());
}

void Analyzer::announceSubprograms(const Form *form) {
  if (form->isCons() && form->cons.car->isNamed("PROGN"))
    for (const Form *inner : items(form->cons.cdr))
      announceSubprograms(inner);
  if (!isSubprogram(form))
    return;
  llvm::SmallVector<const Form *, 8> args = items(form->cons.cdr);
  if (args.empty() || !args[0]->isSymbol() || args[0]->isKeyword())
    return;
  SubprogramInfo &info = subprograms[cName(args[0])];
  if (info.form)
    return; // a second one: reported at its place
  info.form = form;
  info.name = args[0];
}

SubprogramInfo *Analyzer::findSubprogram(llvm::StringRef name) {
  auto found = subprograms.find(name);
  return found == subprograms.end() ? nullptr : &found->second;
}

void declareSubprogram(Analyzer &a, const Form *form, Forms args) {
  if (args.empty() || !args[0]->isSymbol() || args[0]->isKeyword()) {
    a.report(form, Kind::MissingName, {"defsubprog"});
    return;
  }
  SubprogramInfo *info = a.findSubprogram(cName(args[0]));
  if (info && info->form == form)
    parseSubprogram(a, *info);
  else
    a.duplicate(args[0], info ? info->name->span : SourceSpan());
}

} // namespace whistler::compiler
