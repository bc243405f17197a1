#ifndef WHISTLER_COMPILER_SOURCE_H
#define WHISTLER_COMPILER_SOURCE_H

#include <llvm/ADT/StringRef.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace whistler::compiler {

using FileId = uint32_t;

/// Bytes [begin, end) of one source file.
struct SourceSpan {
  FileId file = 0;
  uint32_t begin = 0, end = 0;
};

/// Line and column from 1; the column counts bytes.
struct LineColumn {
  unsigned line = 0, column = 0;
};

/// The files of one compilation. Spans refer to it; it outlives them.
class SourceManager {
public:
  /// At most 1 GiB a file. `name` is shown in messages as given.
  FileId add(std::string name, std::string text);
  llvm::StringRef name(FileId file) const;
  llvm::StringRef text(FileId file) const;
  llvm::StringRef text(SourceSpan span) const;
  LineColumn position(SourceSpan span) const;
  /// Without its newline.
  llvm::StringRef line(FileId file, unsigned line) const;

private:
  struct File {
    std::string name, text;
    std::vector<uint32_t> lineStarts;
  };
  std::deque<File> files_;
};

} // namespace whistler::compiler

#endif
