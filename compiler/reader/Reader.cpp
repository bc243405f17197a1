// Builds forms from tokens with a stack of its own, so that no input can
// overflow the machine's.
//
// A missing parenthesis is reported where it was opened. As the guess at where
// it should have been closed, a note shows the first later line that begins
// with `(` in column 1: nearly always the next top-level form.

#include "reader/Reader.h"

#include "reader/Lexer.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/ConvertUTF.h>

namespace whistler::compiler {

namespace {

constexpr size_t kMaxDepth = 2000;

/// A list or prefix that waits for its parts. The items are values_[first..].
struct Frame {
  SourceSpan open;
  llvm::StringRef prefixName; ///< empty for a list
  size_t first = 0;
  const Form *tail = nullptr; ///< what follows the dot
  bool dotted = false;
  bool broken = false; ///< a mistake inside: yields nothing
};

class Reader {
public:
  Reader(FileId file, FormContext &forms, DiagnosticEngine &diagnostics)
      : file_(file), forms_(forms), diagnostics_(diagnostics),
        lexer_(file, forms, diagnostics) {}

  std::vector<const Form *> run() {
    while (!stopped_)
      step(lexer_.next());
    return std::move(topLevel_);
  }

private:
  void step(const Token &token);
  void open(const Token &token);
  void close(const Token &token);
  void dot(const Token &token);
  void finish();
  void add(const Form *form, SourceSpan span);
  void addMistake(const Token &token);
  void misplacedDot(SourceSpan span);
  bool prefixWithoutForm(SourceSpan at);
  const Form *makeList(const Frame &frame, SourceSpan span);

  FileId file_;
  FormContext &forms_;
  DiagnosticEngine &diagnostics_;
  Lexer lexer_;
  std::vector<Frame> frames_;
  std::vector<const Form *> values_;
  std::vector<const Form *> topLevel_;
  bool stopped_ = false;
};

void Reader::step(const Token &token) {
  switch (token.kind) {
  case Token::Kind::End:
    return finish();
  case Token::Kind::Open:
  case Token::Kind::Prefix:
    return open(token);
  case Token::Kind::Close:
    return close(token);
  case Token::Kind::Dot:
    return dot(token);
  case Token::Kind::Atom:
    return add(token.atom, token.span);
  case Token::Kind::Mistake:
    return addMistake(token);
  }
}

void Reader::open(const Token &token) {
  if (frames_.size() == kMaxDepth) {
    diagnostics_.report(token.span, DiagnosticKind::NestedTooDeeply,
                        {std::to_string(kMaxDepth)});
    stopped_ = true;
    return;
  }
  Frame &frame = frames_.emplace_back();
  frame.open = token.span;
  frame.prefixName = token.prefixName;
  frame.first = values_.size();
}

void Reader::misplacedDot(SourceSpan span) {
  if (!frames_.empty() && !frames_.back().broken) {
    frames_.back().broken = true;
    diagnostics_.report(span, DiagnosticKind::MisplacedDot);
  } else if (frames_.empty()) {
    diagnostics_.report(span, DiagnosticKind::MisplacedDot);
  }
}

void Reader::dot(const Token &token) {
  bool wrong =
      frames_.empty() || !frames_.back().prefixName.empty() ||
      frames_.back().dotted ||
      (frames_.back().first == values_.size() && !frames_.back().broken);
  if (wrong)
    return misplacedDot(token.span);
  frames_.back().dotted = true;
}

/// A form is finished: it completes the prefixes that wait for it, then joins
/// the list around it or the top level.
void Reader::add(const Form *form, SourceSpan span) {
  while (!frames_.empty() && !frames_.back().prefixName.empty()) {
    Frame prefix = frames_.back();
    frames_.pop_back();
    span.begin = prefix.open.begin;
    const Form *head =
        forms_.symbol(forms_.intern(prefix.prefixName), prefix.open);
    form = forms_.list({head, form}, span);
  }
  if (frames_.empty()) {
    topLevel_.push_back(form);
    return;
  }
  Frame &frame = frames_.back();
  if (!frame.dotted)
    values_.push_back(form);
  else if (frame.tail)
    misplacedDot(span);
  else
    frame.tail = form;
}

void Reader::addMistake(const Token &token) {
  while (!frames_.empty() && !frames_.back().prefixName.empty())
    frames_.pop_back();
  if (!frames_.empty())
    frames_.back().broken = true;
}

/// True, and reported, when the innermost frame is a prefix.
bool Reader::prefixWithoutForm(SourceSpan at) {
  if (frames_.empty() || frames_.back().prefixName.empty())
    return false;
  SourceSpan open = frames_.back().open;
  diagnostics_.report(open, DiagnosticKind::NothingAfterPrefix,
                      {diagnostics_.sources().text(open).str()});
  addMistake({});
  return true;
}

const Form *Reader::makeList(const Frame &frame, SourceSpan span) {
  const Form *out = frame.tail ? frame.tail : forms_.nil(span);
  for (size_t i = values_.size(); i-- != frame.first;) {
    // A tail's span begins at its own first item; the whole list is the span
    // of its first cell.
    SourceSpan cell = span;
    if (i != frame.first)
      cell.begin = values_[i]->span.begin;
    out = forms_.cons(values_[i], out, cell);
  }
  return out;
}

void Reader::close(const Token &token) {
  prefixWithoutForm(token.span);
  if (frames_.empty()) {
    diagnostics_.report(token.span, DiagnosticKind::UnmatchedClose);
    return;
  }
  if (frames_.back().dotted && !frames_.back().tail)
    misplacedDot(token.span);
  Frame frame = frames_.back();
  frames_.pop_back();
  SourceSpan span{file_, frame.open.begin, token.span.end};
  const Form *list = makeList(frame, span);
  values_.resize(frame.first);
  if (frame.broken)
    addMistake(token);
  else
    add(list, span);
}

void Reader::finish() {
  stopped_ = true;
  prefixWithoutForm({});
  // Behind text that is never closed nothing is known of the lists around it.
  if (frames_.empty() || lexer_.endsInsideText())
    return;
  SourceSpan open = frames_.back().open;
  Diagnostic &error = diagnostics_.report(open, DiagnosticKind::UnclosedList);
  llvm::StringRef text = diagnostics_.sources().text(file_);
  size_t next = text.find("\n(", open.begin);
  if (next == llvm::StringRef::npos)
    return;
  uint32_t at = static_cast<uint32_t>(next) + 1;
  DiagnosticEngine::note(error, {file_, at, at + 1},
                         DiagnosticKind::UnclosedListNextForm);
}

bool isForbiddenControl(unsigned char c) {
  return (c < 0x20 && !(c >= '\t' && c <= '\r')) || c == 0x7f;
}

/// Binary input is refused by its first strange byte: one message, not twenty.
bool isText(FileId file, DiagnosticEngine &diagnostics) {
  llvm::StringRef text = diagnostics.sources().text(file);
  auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data());
  const llvm::UTF8 *at = begin, *end = begin + text.size();
  DiagnosticKind problem = DiagnosticKind::ControlByte;
  while (at != end && !isForbiddenControl(*at)) {
    if (*at < 0x80) {
      ++at;
    } else if (llvm::isLegalUTF8Sequence(at, end)) {
      at += llvm::getNumBytesForUTF8(*at);
    } else {
      problem = DiagnosticKind::InvalidUtf8;
      break;
    }
  }
  if (at == end)
    return true;
  uint32_t place = static_cast<uint32_t>(at - begin);
  diagnostics.report({file, place, place + 1}, problem,
                     {"0x" + llvm::utohexstr(*at, true, 2)});
  return false;
}

} // namespace

std::vector<const Form *> read(FileId file, FormContext &forms,
                               DiagnosticEngine &diagnostics) {
  if (!isText(file, diagnostics))
    return {};
  return Reader(file, forms, diagnostics).run();
}

} // namespace whistler::compiler
