// The section of a program: from its type unless the source gives it. libbpf
// reads it, so one that libbpf has no entry of for the type is worth a warning.
// A program that may sleep is in the `.s` variant of its section.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

/// The words of the list as `"a", "b"`.
std::string quoteWords(llvm::StringRef list) {
  std::string text;
  llvm::SmallVector<llvm::StringRef, 8> words;
  list.split(words, ' ');
  for (llvm::StringRef word : words)
    text += (text.empty() ? "\"" : ", \"") + word.str() + "\"";
  return text;
}

/// Does the section go on from one of the type's?
bool isKnown(const ProgramTypeRow &type, llvm::StringRef section) {
  llvm::SmallVector<llvm::StringRef, 8> words;
  llvm::StringRef(type.sections).split(words, ' ');
  // "?" asks libbpf not to load the program unless the loader wants it.
  section.consume_front("?");
  return llvm::any_of(words, [&](llvm::StringRef word) {
    return section == word || section.starts_with((word + "/").str()) ||
           section.starts_with((word + "+").str());
  });
}

} // namespace

std::string programSection(Analyzer &a, const ProgramTypeRow &type,
                           llvm::StringRef given, const Form *at,
                           bool isSleepable) {
  std::string section = given.empty() ? type.section : given.str();
  std::string keyword = ":" + llvm::StringRef(type.keyword).lower();
  if (!isKnown(type, section))
    a.report(at, Kind::UnknownSection,
             {section, keyword, quoteWords(type.sections)});
  llvm::StringRef first = llvm::StringRef(section).split('/').first;
  if (!isSleepable || first.ends_with(".s") || first == "syscall")
    return section;
  std::string sleepable = first.str() + ".s";
  if (hasWord(type.sections, sleepable))
    return sleepable + section.substr(first.size());
  a.report(at, Kind::CannotSleep, {keyword});
  return section;
}

} // namespace whistler::compiler
