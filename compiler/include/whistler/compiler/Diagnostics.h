#ifndef WHISTLER_COMPILER_DIAGNOSTICS_H
#define WHISTLER_COMPILER_DIAGNOSTICS_H

#include "whistler/compiler/Source.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/raw_ostream.h>

#include <array>
#include <string>
#include <vector>

namespace whistler::compiler {

enum class Severity { Error, Warning, Note };

/// Every kind of message: DiagnosticKinds.def gives severity and text.
enum class DiagnosticKind {
#define WHISTLER_DIAGNOSTIC(ID, SEVERITY, TEXT) ID,
#include "whistler/compiler/DiagnosticKinds.def"
};

/// The text name of a kind ("UnknownField"), and its text with {0} {1} … for
/// arguments.
llvm::StringRef name(DiagnosticKind kind);
llvm::StringRef format(DiagnosticKind kind);
Severity severity(DiagnosticKind kind);

/// One message with its place; notes follow their error.
struct Diagnostic {
  DiagnosticKind kind;
  Severity severity = Severity::Error;
  SourceSpan
      span; ///< an empty span at file 0 offset 0 with `placed` false: none
  bool placed = true;
  std::string message;           ///< finished text
  std::vector<Diagnostic> notes; ///< severity Note
};

/// Collects the messages of one compilation. Not thread-safe; one per
/// compilation.
class DiagnosticEngine {
public:
  explicit DiagnosticEngine(const SourceManager &sources) : sources_(sources) {}

  /// Adds a message built from the kind's text and `arguments`. Returns it so
  /// that notes can be attached; valid until the next report.
  Diagnostic &report(SourceSpan span, DiagnosticKind kind,
                     std::vector<std::string> arguments = {});
  /// A message about no place (a missing file).
  Diagnostic &report(DiagnosticKind kind,
                     std::vector<std::string> arguments = {});
  /// Attaches a note to `diagnostic`.
  static void note(Diagnostic &diagnostic, SourceSpan span, DiagnosticKind kind,
                   std::vector<std::string> arguments = {});

  bool hasErrors() const { return errors_ != 0; }
  unsigned errorCount() const { return errors_; }
  /// Past the cap (20 errors) `report` counts and keeps nothing.
  /// In source order, notes inside.
  std::vector<Diagnostic> take();
  const SourceManager &sources() const { return sources_; }

private:
  Diagnostic &add(SourceSpan span, bool placed, DiagnosticKind kind,
                  const std::vector<std::string> &arguments);

  const SourceManager &sources_;
  std::vector<Diagnostic> diagnostics_;
  Diagnostic dropped_ = {}; ///< handed out past the cap
  unsigned errors_ = 0;
};

/// `file:line:col: error: text`, the source line, a caret line with tildes
/// over the span; notes after it. Tabs are kept so that the caret stands right.
void print(const Diagnostic &diagnostic, const SourceManager &sources,
           llvm::raw_ostream &os, bool color = false);

/// The names nearest to `wanted` (at most three, edit distance bounded by a
/// third of its length, nearest first); hyphen and underscore are equal.
std::vector<std::string> closestNames(llvm::StringRef wanted,
                                      llvm::ArrayRef<std::string> names);
/// "; did you mean `a` or `b`?" or "".
std::string didYouMean(llvm::StringRef wanted,
                       llvm::ArrayRef<std::string> names);

} // namespace whistler::compiler

#endif
