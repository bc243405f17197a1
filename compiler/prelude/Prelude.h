#ifndef WHISTLER_PRELUDE_PRELUDE_H
#define WHISTLER_PRELUDE_PRELUDE_H

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>

namespace whistler::compiler {

/// A file of the language's own library, embedded in the binary.
struct PreludeFile {
  llvm::StringRef name; ///< as messages show it: `<prelude/control.lisp>`
  llvm::StringRef text;
};

/// In the order in which they are read, before every program.
llvm::ArrayRef<PreludeFile> preludeFiles();

} // namespace whistler::compiler

#endif
