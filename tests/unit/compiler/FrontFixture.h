#ifndef WHISTLER_TESTS_UNIT_COMPILER_FRONTFIXTURE_H
#define WHISTLER_TESTS_UNIT_COMPILER_FRONTFIXTURE_H

#include "reader/Reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace whistler::compiler {

/// One compilation's tables, and shortcuts from text to text.
class FrontTest : public testing::Test {
protected:
  std::vector<const Form *> readText(std::string text) {
    return read(sources_.add("t.lisp", std::move(text)), forms_, diagnostics_);
  }
  /// All forms of `text`, printed, one space between them.
  std::string roundTrip(std::string text) {
    std::string out;
    for (const Form *form : readText(std::move(text)))
      out += (out.empty() ? "" : " ") + toString(form);
    return out;
  }
  /// All messages so far as `line:col kind`, notes in brackets.
  std::string messages() {
    std::string out;
    for (const Diagnostic &diagnostic : diagnostics_.take()) {
      out += (out.empty() ? "" : ", ") + brief(diagnostic);
      for (const Diagnostic &note : diagnostic.notes)
        out += " [" + brief(note) + "]";
    }
    return out;
  }
  std::string printed() {
    std::string out;
    llvm::raw_string_ostream os(out);
    for (const Diagnostic &diagnostic : diagnostics_.take())
      print(diagnostic, sources_, os);
    return out;
  }
  std::string brief(const Diagnostic &diagnostic) {
    LineColumn at = sources_.position(diagnostic.span);
    return std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
           name(diagnostic.kind).str();
  }

  SourceManager sources_;
  DiagnosticEngine diagnostics_{sources_};
  FormContext forms_;
};

} // namespace whistler::compiler

#endif
