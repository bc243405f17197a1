#ifndef WHISTLER_TOOLS_GENERATE_H
#define WHISTLER_TOOLS_GENERATE_H

#include "gen/Languages.h"

namespace whistler::tools {

/// The declarations of probe `input` in a language. Include guard and package
/// are named after `output`, or after `input` when that is `-`.
std::string generate(const Language &language,
                     const compiler::Declarations &declarations,
                     llvm::StringRef input, llvm::StringRef output);

/// Splits "c,rust" into languages; "" when all are known, else what is wrong.
std::string parseLanguages(llvm::StringRef list,
                           std::vector<const Language *> &languages);

/// Where `compile` puts a language's file: beside the object.
std::string generatedName(const Language &language, const std::string &object);

} // namespace whistler::tools

#endif
