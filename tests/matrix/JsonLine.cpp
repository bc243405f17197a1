// The loader's output format. Results leave a guest over a serial line that
// the kernel may write to as well, hence the marks; the host's side is
// serial_lines.py.

#include "JsonLine.h"

#include <cstdio>

namespace whistler::matrix {

void JsonLine::quoted(std::string_view value) {
  out_ += '"';
  for (unsigned char c : value) {
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += static_cast<char>(c);
    } else if (c < 0x20 || c >= 0x7f) {
      char escape[8];
      snprintf(escape, sizeof(escape), "\\u%04x", c);
      out_ += escape;
    } else {
      out_ += static_cast<char>(c);
    }
  }
  out_ += '"';
}

void JsonLine::key(std::string_view name) {
  if (!first_)
    out_ += ',';
  first_ = false;
  quoted(name);
  out_ += ':';
}

void JsonLine::text(std::string_view name, std::string_view value) {
  key(name);
  quoted(value);
}

void JsonLine::number(std::string_view name, int64_t value) {
  key(name);
  out_ += std::to_string(value);
}

void JsonLine::flag(std::string_view name, bool value) {
  key(name);
  out_ += value ? "true" : "false";
}

void JsonLine::open(std::string_view name) {
  key(name);
  out_ += '{';
  first_ = true;
}

void JsonLine::close() {
  out_ += '}';
  first_ = false;
}

void JsonLine::print() const {
  printf("@@{%s}@@\n", out_.c_str());
  fflush(stdout);
}

} // namespace whistler::matrix
