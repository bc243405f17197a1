#ifndef WHISTLER_READER_FORMDIAGNOSTICS_H
#define WHISTLER_READER_FORMDIAGNOSTICS_H

#include "reader/Form.h"
#include "whistler/compiler/Diagnostics.h"

namespace whistler::compiler {

/// Where the user looks first: the form itself, or, when a macro wrote it, the
/// outermost macro call in the program's text.
SourceSpan userSpan(SourceSpan span, const Expansion *expansion);

/// Reports at `userSpan` and adds an "expanded from" note for each macro
/// between that call and the form. Every stage after the expander reports
/// through this.
Diagnostic &reportAt(DiagnosticEngine &diagnostics, const Form *form,
                     DiagnosticKind kind,
                     std::vector<std::string> arguments = {});
Diagnostic &reportAt(DiagnosticEngine &diagnostics, SourceSpan span,
                     const Expansion *expansion, DiagnosticKind kind,
                     std::vector<std::string> arguments = {});

} // namespace whistler::compiler

#endif
