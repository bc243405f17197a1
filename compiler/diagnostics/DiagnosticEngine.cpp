// Turns kinds and arguments into finished messages and keeps them in order.
//
// After the cap only the count goes on: a file of garbage must cost neither
// time nor memory. Equal messages at one place are kept once, because a macro
// can put the same mistaken form into several positions.

#include "whistler/compiler/Diagnostics.h"

#include <llvm/ADT/StringExtras.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace whistler::compiler {

namespace {

constexpr unsigned kMaxErrors = 20;
constexpr size_t kMaxDiagnostics = 200;

struct KindRow {
  llvm::StringLiteral name;
  Severity severity;
  llvm::StringLiteral text;
};

constexpr KindRow kKinds[] = {
#define WHISTLER_DIAGNOSTIC(ID, SEVERITY, TEXT)                                \
  {llvm::StringLiteral(#ID), Severity::SEVERITY, llvm::StringLiteral(TEXT)},
#include "whistler/compiler/DiagnosticKinds.def"
};

const KindRow &row(DiagnosticKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

/// The plural's ending behind a count in words.
llvm::StringRef ending(llvm::StringRef count) {
  return count == "1" || count == "at least 1" ? "" : "s";
}

/// `{0}` and so on replaced by the arguments, `{0s}` by an `s` unless argument
/// 0 counts one; any other brace stays.
std::string substitute(llvm::StringRef text,
                       const std::vector<std::string> &arguments) {
  std::string out;
  while (!text.empty()) {
    size_t close = text.front() == '{' ? text.find('}') : 0;
    bool isPlural = close == 3 && text[2] == 's';
    bool isHole = (close == 2 || isPlural) && llvm::isDigit(text[1]);
    size_t index = isHole ? static_cast<size_t>(text[1] - '0') : 0;
    if (isHole && index < arguments.size()) {
      out += isPlural ? ending(arguments[index])
                      : llvm::StringRef(arguments[index]);
      text = text.drop_front(close + 1);
      continue;
    }
    out += text.front();
    text = text.drop_front();
  }
  return out;
}

Diagnostic make(SourceSpan span, bool placed, DiagnosticKind kind,
                const std::vector<std::string> &arguments) {
  Diagnostic made;
  made.kind = kind;
  made.severity = row(kind).severity;
  made.span = span;
  made.placed = placed;
  made.message = substitute(row(kind).text, arguments);
  return made;
}

auto place(const Diagnostic &diagnostic) {
  return std::make_tuple(diagnostic.placed, diagnostic.span.file,
                         diagnostic.span.begin);
}

} // namespace

llvm::StringRef name(DiagnosticKind kind) { return row(kind).name; }
llvm::StringRef format(DiagnosticKind kind) { return row(kind).text; }
Severity severity(DiagnosticKind kind) { return row(kind).severity; }

Diagnostic &DiagnosticEngine::add(SourceSpan span, bool placed,
                                  DiagnosticKind kind,
                                  const std::vector<std::string> &arguments) {
  bool isError = row(kind).severity == Severity::Error;
  bool keep =
      isError ? errors_ < kMaxErrors : diagnostics_.size() < kMaxDiagnostics;
  errors_ += isError;
  if (!keep) {
    dropped_.kind = kind;
    dropped_.severity = row(kind).severity;
    dropped_.notes.clear();
    return dropped_;
  }
  diagnostics_.push_back(make(span, placed, kind, arguments));
  return diagnostics_.back();
}

Diagnostic &DiagnosticEngine::report(SourceSpan span, DiagnosticKind kind,
                                     std::vector<std::string> arguments) {
  return add(span, true, kind, arguments);
}

Diagnostic &DiagnosticEngine::report(DiagnosticKind kind,
                                     std::vector<std::string> arguments) {
  return add({}, false, kind, arguments);
}

void DiagnosticEngine::note(Diagnostic &diagnostic, SourceSpan span,
                            DiagnosticKind kind,
                            std::vector<std::string> arguments) {
  diagnostic.notes.push_back(make(span, true, kind, arguments));
  diagnostic.notes.back().severity = Severity::Note;
}

std::vector<Diagnostic> DiagnosticEngine::take() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [](const Diagnostic &a, const Diagnostic &b) {
                     return place(a) < place(b);
                   });
  auto same = [](const Diagnostic &a, const Diagnostic &b) {
    return place(a) == place(b) && a.kind == b.kind && a.message == b.message;
  };
  diagnostics_.erase(
      std::unique(diagnostics_.begin(), diagnostics_.end(), same),
      diagnostics_.end());
  if (errors_ > kMaxErrors)
    diagnostics_.push_back(make({}, false, DiagnosticKind::TooManyErrors,
                                {std::to_string(errors_ - kMaxErrors)}));
  return std::exchange(diagnostics_, {});
}

} // namespace whistler::compiler
