// Where a mistake is shown. A form of the source is its own place; a form that
// a macro made is shown at the call that the programmer wrote, with a note for
// each macro on the way.

#include "Analyzer.h"

#include "../expand/Expander.h"

namespace whistler::compiler {

SourceSpan Analyzer::placeOf(const Form *form) {
  SourceSpan span = form->span;
  for (const Expansion *e = form->expansion; e != nullptr; e = e->outer)
    span = e->call;
  return span;
}

Diagnostic &Analyzer::report(const Form *at, Kind kind,
                             std::vector<std::string> arguments) {
  Diagnostic &diagnostic =
      diagnostics.report(placeOf(at), kind, std::move(arguments));
  SourceSpan inner = at->span;
  for (const Expansion *e = at->expansion; e != nullptr; e = e->outer) {
    DiagnosticEngine::note(diagnostic, inner, Kind::ExpandedFrom,
                           {e->macro ? e->macro->name.lower() : "?"});
    inner = e->call;
  }
  return diagnostic;
}

NodePtr Analyzer::fail(const Form *at, Kind kind,
                       std::vector<std::string> arguments) {
  report(at, kind, std::move(arguments));
  return makeError(at->span);
}

bool beginsWithName(Analyzer &a, const Form *form, Forms args) {
  std::string definition = toString(form->cons.car);
  if (args.empty())
    a.report(form, Kind::MissingName, {definition});
  else if (!args[0]->isSymbol() || args[0]->isKeyword())
    a.report(args[0], Kind::NotAName, {definition, toString(args[0])});
  else
    return true;
  return false;
}

void Analyzer::duplicate(const Form *name, SourceSpan first) {
  Diagnostic &error = report(name, Kind::DuplicateName, {toString(name)});
  if (first.begin != first.end)
    DiagnosticEngine::note(error, first, Kind::FirstDefined, {toString(name)});
}

namespace {

/// Does a definition of `kind` called `defined` make what is called `name`?
bool defines(llvm::StringRef kind, llvm::StringRef defined,
             llvm::StringRef name) {
  if (kind == "DEFMAP" || kind == "DEFGLOBAL" || kind == "DEFCONSTANT")
    return name == defined;
  if (kind != "DEFSTRUCT" && kind != "DEFUNION" && kind != "DEFHEADER" &&
      kind != "IMPORT-KERNEL-STRUCT")
    return false;
  bool isMade = name.consume_front("make_") || name.consume_front("as_");
  return name == defined ||
         (!isMade && name.consume_front(defined) && name.starts_with("_"));
}

const Form *definitionIn(const Form *form, llvm::StringRef name) {
  llvm::SmallVector<const Form *, 8> parts = items(form);
  if (parts.size() < 2 || !parts[0]->isSymbol())
    return nullptr;
  if (parts[0]->isNamed("PROGN")) {
    for (const Form *part : llvm::ArrayRef(parts).drop_front())
      if (const Form *found = definitionIn(part, name))
        return found;
    return nullptr;
  }
  bool isIt = parts[1]->isSymbol() &&
              defines(parts[0]->symbol->name, cName(parts[1]), name);
  return isIt ? parts[1] : nullptr;
}

} // namespace

const Form *Analyzer::definedLater(llvm::StringRef name) const {
  for (const Form *form : below)
    if (const Form *found = definitionIn(form, name))
      return found;
  return nullptr;
}

void Analyzer::unknownName(const Form *at, Kind kind, const std::string &name,
                           llvm::ArrayRef<std::string> names) {
  const Form *later = definedLater(accessorKey(name));
  Diagnostic &error =
      report(at, kind, {name, later ? "" : didYouMean(name, names)});
  if (later)
    DiagnosticEngine::note(error, placeOf(later), Kind::DefinedLater,
                           {toString(later)});
}

void Analyzer::unknownFunction(const Form *head) {
  if (brokenNames.contains(head->symbol))
    return;
  // A field of a struct that has a mistake of its own.
  for (const Symbol *broken : brokenNames)
    if (head->symbol->name.starts_with((broken->name + "-").str()))
      return;
  std::vector<std::string> names;
  for (const BuiltinRow &row : builtins())
    names.push_back(llvm::StringRef(row.name).lower());
  for (const HelperRow &row : helpers())
    names.push_back(lispName(row.name));
  for (const auto &entry : accessors)
    names.push_back(lispName(entry.getKey()));
  std::string name = toString(head);
  if (isCompileTimeFunction(head->symbol->name))
    report(head, Kind::UnknownFunction,
           {name, "; it belongs to the compile-time Lisp of macros"});
  else
    unknownName(head, Kind::UnknownFunction, name, names);
}

void Analyzer::unknownVariable(const Form *form) {
  if (brokenNames.contains(form->symbol))
    return;
  std::vector<std::string> names;
  if (function)
    for (const FunctionState::Binding &binding : function->scope)
      names.push_back(binding.name->name.lower());
  for (const auto &entry : constants)
    names.push_back(entry.getKey().lower());
  for (const auto &entry : globals)
    names.push_back(lispName(entry.getKey()));
  for (const std::string &constant : kernelConstantNames())
    names.push_back(constant);
  unknownName(form, Kind::UnknownVariable, toString(form), names);
}

} // namespace whistler::compiler
