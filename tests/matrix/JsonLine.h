#ifndef WHISTLER_TESTS_MATRIX_JSONLINE_H
#define WHISTLER_TESTS_MATRIX_JSONLINE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace whistler::matrix {

/// One JSON object on one line, closed by a mark at each end so that a reader
/// of a serial console can tell a whole line from a torn one.
class JsonLine {
public:
  explicit JsonLine(std::string_view kind) { text("kind", kind); }

  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, int64_t value);
  void flag(std::string_view key, bool value);
  /// Opens a nested object; ended by close().
  void open(std::string_view key);
  void close();
  /// Writes `@@{…}@@` and a newline to standard output.
  void print() const;

private:
  void key(std::string_view name);
  void quoted(std::string_view value);

  std::string out_;
  bool first_ = true;
};

} // namespace whistler::matrix

#endif
