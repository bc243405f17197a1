// Places a message about a form that a macro wrote.
//
// The error stands at the call that the user typed; one note for each macro on
// the way, innermost first, shows the line of the macro's own text.

#include "reader/FormDiagnostics.h"

#include <utility>

namespace whistler::compiler {

namespace {
constexpr unsigned kMaxNotes = 6;
}

SourceSpan userSpan(SourceSpan span, const Expansion *expansion) {
  for (; expansion; expansion = expansion->outer)
    span = expansion->call;
  return span;
}

Diagnostic &reportAt(DiagnosticEngine &diagnostics, SourceSpan span,
                     const Expansion *expansion, DiagnosticKind kind,
                     std::vector<std::string> arguments) {
  Diagnostic &diagnostic =
      diagnostics.report(userSpan(span, expansion), kind, std::move(arguments));
  for (unsigned count = 0; expansion && count != kMaxNotes; ++count) {
    DiagnosticEngine::note(diagnostic, span, DiagnosticKind::ExpandedFrom,
                           {expansion->macro->name.lower()});
    span = expansion->call;
    expansion = expansion->outer;
  }
  return diagnostic;
}

Diagnostic &reportAt(DiagnosticEngine &diagnostics, const Form *form,
                     DiagnosticKind kind, std::vector<std::string> arguments) {
  return reportAt(diagnostics, form->span, form->expansion, kind,
                  std::move(arguments));
}

} // namespace whistler::compiler
