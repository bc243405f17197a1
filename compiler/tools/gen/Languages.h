#ifndef WHISTLER_TOOLS_LANGUAGES_H
#define WHISTLER_TOOLS_LANGUAGES_H

#include "whistler/compiler/Declarations.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>

#include <string>

namespace whistler::tools {

/// What a generated file says of itself.
struct GenerateInputs {
  const compiler::Declarations &declarations;
  std::string source; ///< the probe's file, for the first comment
  std::string unit;   ///< base name, for include guard and package name
};

std::string generateC(const GenerateInputs &inputs);
std::string generateGo(const GenerateInputs &inputs);
std::string generateRust(const GenerateInputs &inputs);
std::string generatePython(const GenerateInputs &inputs);

struct Language {
  const char *name, *extension;
  std::string (*generate)(const GenerateInputs &);
  const char *summary;
};

llvm::ArrayRef<Language> languages();
/// Null when there is none of that name.
const Language *findLanguage(llvm::StringRef name);
/// "c, go, rust, python"
std::string languageNames();

/// Why `file` cannot be a unit's name in any language is never an error: what
/// is no letter or digit becomes `_`, a digit in front gets one before it.
std::string identifier(llvm::StringRef text);

} // namespace whistler::tools

#endif
