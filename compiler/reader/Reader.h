#ifndef WHISTLER_READER_READER_H
#define WHISTLER_READER_READER_H

#include "reader/Form.h"
#include "whistler/compiler/Diagnostics.h"

#include <vector>

namespace whistler::compiler {

/// Reads every top-level form of `file`. Quote is (QUOTE x), backquote
/// (QUASIQUOTE x), commas (UNQUOTE x) (UNQUOTE-SPLICING x), #'f (FUNCTION f).
/// Nesting deeper than 2,000 is an error (it never recurses without bound).
/// Mistakes are reported and skipped where that is possible.
std::vector<const Form *> read(FileId file, FormContext &forms,
                               DiagnosticEngine &diagnostics);

} // namespace whistler::compiler

#endif
