// Prints a message the way compilers do: place, text, source line, caret.
//
// Tabs of the source line are repeated under it, so that the caret stands
// below its character whatever the terminal's tab stops are. Control bytes and
// overlong lines are not sent to the terminal: garbage input must not garble
// the screen.

#include "whistler/compiler/Diagnostics.h"

#include <algorithm>

namespace whistler::compiler {

namespace {

constexpr size_t kMaxLine = 240;

llvm::StringRef word(Severity severity) {
  switch (severity) {
  case Severity::Error:
    return "error: ";
  case Severity::Warning:
    return "warning: ";
  case Severity::Note:
    return "note: ";
  }
  return "";
}

llvm::raw_ostream::Colors colorOf(Severity severity) {
  switch (severity) {
  case Severity::Error:
    return llvm::raw_ostream::RED;
  case Severity::Warning:
    return llvm::raw_ostream::MAGENTA;
  case Severity::Note:
    return llvm::raw_ostream::CYAN;
  }
  return llvm::raw_ostream::RED;
}

/// The source line with what a terminal would act on replaced by `?`.
std::string printable(llvm::StringRef line) {
  std::string out = line.str();
  for (char &c : out)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
      c = '?';
  return out;
}

bool isContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Spaces up to the column, `^`, and tildes to the span's end on that line;
/// one mark for each character, not for each byte.
std::string caretLine(llvm::StringRef line, size_t column, size_t length) {
  std::string out;
  for (char c : line.take_front(column))
    if (!isContinuation(c))
      out += c == '\t' ? '\t' : ' ';
  out += '^';
  for (char c :
       line.substr(column, length)
           .drop_front(std::min<size_t>(1, line.substr(column, length).size())))
    if (!isContinuation(c))
      out += '~';
  return out;
}

void printSource(const Diagnostic &diagnostic, const SourceManager &sources,
                 LineColumn at, llvm::raw_ostream &os) {
  llvm::StringRef line = sources.line(diagnostic.span.file, at.line);
  if (line.empty())
    return;
  size_t column = std::min<size_t>(at.column - 1, line.size());
  size_t length = diagnostic.span.end > diagnostic.span.begin
                      ? diagnostic.span.end - diagnostic.span.begin
                      : 1;
  if (line.size() > kMaxLine) {
    size_t start = column > kMaxLine / 2 ? column - kMaxLine / 2 : 0;
    line = line.substr(start, kMaxLine);
    column -= start;
  }
  os << "  " << printable(line) << "\n  " << caretLine(line, column, length)
     << '\n';
}

} // namespace

void print(const Diagnostic &diagnostic, const SourceManager &sources,
           llvm::raw_ostream &os, bool color) {
  LineColumn at = sources.position(diagnostic.span);
  bool placed = diagnostic.placed && at.line != 0;
  if (placed)
    os << sources.name(diagnostic.span.file) << ':' << at.line << ':'
       << at.column << ": ";
  if (color)
    os.changeColor(colorOf(diagnostic.severity), true);
  os << word(diagnostic.severity);
  if (color)
    os.resetColor();
  os << diagnostic.message << '\n';
  if (placed)
    printSource(diagnostic, sources, at, os);
  for (const Diagnostic &note : diagnostic.notes)
    print(note, sources, os, color);
}

} // namespace whistler::compiler
