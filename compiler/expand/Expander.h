#ifndef WHISTLER_EXPAND_EXPANDER_H
#define WHISTLER_EXPAND_EXPANDER_H

#include "reader/Form.h"
#include "whistler/compiler/Diagnostics.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whistler::compiler {

/// Reads an included file: its text, or nothing with the reason in `problem`.
using FileLoader = std::function<std::optional<std::string>(
    const std::string &path, std::string &problem)>;

/// Macro expansion and compile-time definitions: forms in, core forms out.
/// The prelude is loaded first. Top-level `progn`, `include`, `in-package`,
/// `defmacro`, `defun`, `defparameter`, `defvar`, `eval-when` are consumed;
/// `defconstant` is evaluated and left as (DEFCONSTANT name value); the
/// rest comes out with every macro call in an evaluated position replaced.
/// Which positions of a special form are evaluated is its row in
/// SpecialForms.def; any other list is a call whose arguments are expanded.
class Expander {
public:
  Expander(FormContext &forms, SourceManager &sources,
           DiagnosticEngine &diagnostics, FileLoader loader);
  ~Expander();
  std::vector<const Form *> expand(const std::vector<const Form *> &topLevel);
  /// The prelude's own declarations (headers, constants), as core forms.
  const std::vector<const Form *> &prelude() const;

  /// Expands one expression form (tests, and sema for synthesized forms).
  const Form *expandExpression(const Form *form);

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A function or operator of the compile-time Lisp, by its name as read: only macros can
/// call it.
bool isCompileTimeFunction(llvm::StringRef name);

} // namespace whistler::compiler

#endif
