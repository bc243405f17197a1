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

void Analyzer::duplicate(const Form *name, SourceSpan first) {
  Diagnostic &error = report(name, Kind::DuplicateName, {toString(name)});
  if (first.begin != first.end)
    DiagnosticEngine::note(error, first, Kind::FirstDefined, {toString(name)});
}

void Analyzer::unknownFunction(const Form *head) {
  if (brokenNames.contains(head->symbol))
    return;
  std::vector<std::string> names;
  for (const BuiltinRow &row : builtins())
    names.push_back(llvm::StringRef(row.name).lower());
  for (const HelperRow &row : helpers())
    names.push_back(lispName(row.name));
  for (const auto &entry : accessors)
    names.push_back(lispName(entry.getKey()));
  std::string name = toString(head);
  std::string hint = isCompileTimeFunction(head->symbol->name)
                         ? "; it belongs to the compile-time Lisp of macros"
                         : didYouMean(name, names);
  report(head, Kind::UnknownFunction, {name, hint});
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
  std::string name = toString(form);
  report(form, Kind::UnknownVariable, {name, didYouMean(name, names)});
}

} // namespace whistler::compiler
