#ifndef WHISTLER_COMPILER_SEMA_KEYWORDOPTIONS_H
#define WHISTLER_COMPILER_SEMA_KEYWORDOPTIONS_H

#include "Analyzer.h"

namespace whistler::compiler {

/// A keyword that may stand in a declaration, and where its value goes.
template <typename Options> struct KeywordOption {
  const char *keyword; ///< in capitals, without the colon
  const Form *Options::*value;
};

/// Whether a keyword, in capitals, is a value of the option `:type`.
using IsTypeName = bool (*)(llvm::StringRef);

/// Finds the row of a keyword; reports one that is not in `table`, or whose
/// value is there already.
template <typename Options, size_t Count>
const KeywordOption<Options> *
findOption(Analyzer &a, const Options &options, const Form *keyword,
           const KeywordOption<Options> (&table)[Count],
           const std::string &declaration, IsTypeName isTypeName) {
  std::vector<std::string> names;
  const std::string text = toString(keyword);
  const llvm::StringRef given =
      keyword->isKeyword() ? keyword->symbol->name : "";
  for (const KeywordOption<Options> &row : table) {
    if (given == row.keyword) {
      if (options.*row.value == nullptr)
        return &row;
      a.report(keyword, Kind::DuplicateOption, {text});
      return nullptr;
    }
    names.push_back(":" + llvm::StringRef(row.keyword).lower());
  }
  bool isType = isTypeName && !given.empty() && isTypeName(given);
  a.report(keyword, Kind::UnknownOption,
           {text, declaration,
            isType ? "; did you mean `:type " + text + "`?"
                   : didYouMean(text, names)});
  return nullptr;
}

/// Reads `:keyword value …` by `table`. What is not given stays null. The
/// second is false when a keyword of `declaration` is unknown, there twice or
/// without a value, which is reported at its place. Of an odd number of parts
/// those after the first mistake stand elsewhere than they seem to, and are not
/// looked at.
template <typename Options, size_t Count>
std::pair<Options, bool> parseKeywordOptions(
    Analyzer &a, Forms parts, const KeywordOption<Options> (&table)[Count],
    const std::string &declaration, IsTypeName isTypeName = nullptr) {
  Options options;
  const bool isOdd = parts.size() % 2 != 0;
  bool isRight = true;
  for (size_t i = 0; i < parts.size() && (isRight || !isOdd); i += 2) {
    const KeywordOption<Options> *row =
        findOption(a, options, parts[i], table, declaration, isTypeName);
    isRight &= row != nullptr;
    if (row && i + 1 == parts.size())
      a.report(parts[i], Kind::OptionWithoutValue, {toString(parts[i])});
    else if (row)
      options.*row->value = parts[i + 1];
  }
  return {options, isRight && !isOdd};
}

} // namespace whistler::compiler

#endif
