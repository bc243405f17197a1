// What `whistler gen` and `whistler compile --gen` share.
#include "Generate.h"

#include "whistler/compiler/Diagnostics.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/Support/Path.h>

namespace whistler::tools {

namespace {

llvm::StringRef baseName(llvm::StringRef path) {
  llvm::StringRef name = llvm::sys::path::filename(path);
  return name.take_until([](char c) { return c == '.'; });
}

} // namespace

std::string generate(const Language &language,
                     const compiler::Declarations &declarations,
                     llvm::StringRef input, llvm::StringRef output) {
  std::string source = input == "-" ? std::string("standard input")
                                    : llvm::sys::path::filename(input).str();
  llvm::StringRef unit = baseName(output == "-" ? input : output);
  return language.generate(
      {declarations, source,
       unit.empty() || unit == "-" ? "probe" : unit.str()});
}

std::string parseLanguages(llvm::StringRef list,
                           std::vector<const Language *> &languages) {
  llvm::SmallVector<llvm::StringRef> parts;
  list.split(parts, ',');
  std::vector<std::string> names;
  for (const Language &language : tools::languages())
    names.push_back(language.name);
  for (llvm::StringRef part : parts) {
    const Language *language = findLanguage(part.trim());
    if (!language)
      return "`" + part.str() + "` is no language of --gen, which takes " +
             languageNames() + compiler::didYouMean(part, names);
    languages.push_back(language);
  }
  return "";
}

std::string generatedName(const Language &language, const std::string &object) {
  llvm::StringRef base = object;
  if (!base.consume_back(".bpf.o") && !base.consume_back(".o"))
    base.consume_back(llvm::sys::path::extension(base));
  std::string name = llvm::sys::path::filename(base).str();
  if (llvm::StringRef(language.name) == "python")
    for (char &c : name) // a module's name is an identifier
      c = c == '-' ? '_' : c;
  llvm::SmallString<128> path(llvm::sys::path::parent_path(base));
  llvm::sys::path::append(path, name + language.extension);
  return path.str().str();
}

} // namespace whistler::tools
