#ifndef WHISTLER_READER_LEXER_H
#define WHISTLER_READER_LEXER_H

#include "reader/Form.h"
#include "whistler/compiler/Diagnostics.h"

#include <string>

namespace whistler::compiler {

/// One piece of source text. `atom` is the datum of an Atom.
struct Token {
  enum class Kind { End, Open, Close, Prefix, Dot, Atom, Mistake };
  Kind kind = Kind::End;
  SourceSpan span;
  llvm::StringRef prefixName; ///< QUOTE, QUASIQUOTE, … of a Prefix
  const Form *atom = nullptr;
};

/// Cuts one file into tokens. Mistakes are reported here; the token is then a
/// Mistake, and reading may go on behind it.
class Lexer {
public:
  Lexer(FileId file, FormContext &forms, DiagnosticEngine &diagnostics);
  Token next();
  /// Did the file end in a string, comment or `|name|` that is never closed?
  bool endsInsideText() const { return endsInsideText_; }

private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool atEnd() const { return at_ >= text_.size(); }
  SourceSpan spanFrom(size_t begin) const;
  Token token(Token::Kind kind, size_t begin) const;
  Token atom(const Form *form) const;
  Token mistake(size_t begin, DiagnosticKind kind,
                std::vector<std::string> arguments = {});
  /// `begin` opens what nothing closes: reported; the rest of the file is it.
  Token unclosed(size_t begin, size_t opening, DiagnosticKind kind);
  Token prefix(size_t begin, size_t length, llvm::StringRef name);

  bool skipBlank();
  bool skipBlockComment();
  Token dispatch();
  Token radix(unsigned radix);
  Token character();
  Token string();
  Token symbolOrNumber();
  bool takeName(std::string &name, size_t &packageEnd, bool &barred);
  Token symbolNamed(size_t begin, llvm::StringRef name, llvm::StringRef package,
                    bool keyword);
  llvm::StringRef takeConstituents();

  FileId file_;
  llvm::StringRef text_;
  size_t at_ = 0;
  bool endsInsideText_ = false;
  FormContext &forms_;
  DiagnosticEngine &diagnostics_;
};

} // namespace whistler::compiler

#endif
