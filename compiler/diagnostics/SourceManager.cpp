// Keeps the text of every file of a compilation and answers where a byte is.
//
// Line starts are found once, when a file is added; a position is then one
// binary search. Columns count bytes, as editors and other compilers do.

#include "whistler/compiler/Source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace whistler::compiler {

FileId SourceManager::add(std::string name, std::string text) {
  File &file = files_.emplace_back();
  file.name = std::move(name);
  file.text = std::move(text);
  file.lineStarts.push_back(0);
  const char *begin = file.text.data(), *end = begin + file.text.size();
  for (const char *at = begin; at != end;) {
    at = static_cast<const char *>(std::memchr(at, '\n', end - at));
    if (!at)
      break;
    ++at;
    file.lineStarts.push_back(static_cast<uint32_t>(at - begin));
  }
  return static_cast<FileId>(files_.size() - 1);
}

llvm::StringRef SourceManager::name(FileId file) const {
  return file < files_.size() ? llvm::StringRef(files_[file].name) : "";
}

llvm::StringRef SourceManager::text(FileId file) const {
  return file < files_.size() ? llvm::StringRef(files_[file].text) : "";
}

llvm::StringRef SourceManager::text(SourceSpan span) const {
  return text(span.file).slice(span.begin, span.end);
}

LineColumn SourceManager::position(SourceSpan span) const {
  if (span.file >= files_.size())
    return {};
  const std::vector<uint32_t> &starts = files_[span.file].lineStarts;
  auto next = std::upper_bound(starts.begin(), starts.end(), span.begin);
  return {static_cast<unsigned>(next - starts.begin()),
          span.begin - *std::prev(next) + 1};
}

llvm::StringRef SourceManager::line(FileId file, unsigned line) const {
  if (file >= files_.size() || line == 0 ||
      line > files_[file].lineStarts.size())
    return "";
  llvm::StringRef rest = text(file).substr(files_[file].lineStarts[line - 1]);
  return rest.take_until([](char c) { return c == '\n'; }).rtrim('\r');
}

} // namespace whistler::compiler
